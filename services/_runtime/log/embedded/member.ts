import type { PartitionConsumer } from '../event-log.ts'
import { EmbeddedPartitionConsumer, type LogComponents } from './partition-consumer.ts'
import { waitForRecords } from './wait-for-records.ts'

/** The one member of a group in the one process of this log: it is given every partition number. */
export async function runGroupMember(
  parts: LogComponents,
  group: string,
  topics: readonly string[],
  work: (task: PartitionConsumer) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const membership = { group, topics, open: true }
  const ending = new AbortController()
  const until = AbortSignal.any([signal, ending.signal])
  const running: Promise<void>[] = []
  const failures: unknown[] = []
  const runOne = async (partition: number): Promise<void> => {
    try {
      await work(new EmbeddedPartitionConsumer(partition, membership, parts, until))
    } catch (error) {
      // Work that waits with the signal it was given may well end with that signal's own error.
      if (until.aborted && (error === until.reason || isAbortError(error))) return
      failures.push(error)
      ending.abort()
    }
  }
  const start = (): void => {
    const partitions = Math.max(...topics.map(name => parts.topics.get(name).partitions.length))
    while (running.length < partitions && !until.aborted) running.push(runOne(running.length))
  }
  const forget = parts.topics.onGrown(start)
  start()
  await waitForRecords([], until)
  forget()
  await Promise.all(running)
  membership.open = false
  if (failures.length > 0) throw failures[0]
}

const isAbortError = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
