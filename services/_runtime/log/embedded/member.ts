import { waitForAbort } from '../../core/abort.ts'
import type { PartitionConsumer } from '../event-log.ts'
import type { LogComponents } from './components.ts'
import { EmbeddedPartitionConsumer } from './partition-consumer.ts'

/** The only member of a group: it has every partition number, also those that a topic gets while it runs. */
export async function runGroupMember(
  components: LogComponents,
  group: string,
  topics: readonly string[],
  consume: (consumer: PartitionConsumer) => Promise<void>,
  signal: AbortSignal,
  onMembership: (partitions: number | undefined) => void,
): Promise<void> {
  const membership = { group, topics, open: true }
  const failed = new AbortController()
  const until = AbortSignal.any([signal, failed.signal])
  const running: Promise<void>[] = []
  const errors: unknown[] = []
  const runConsumer = async (partition: number): Promise<void> => {
    try {
      await consume(new EmbeddedPartitionConsumer(partition, membership, components, until))
    } catch (error) {
      // `consume` may wait with the signal it was given, and then ends with that signal's error.
      if (until.aborted && (error === until.reason || isAbortError(error))) return
      errors.push(error)
      failed.abort()
    }
  }
  const startMissing = (): void => {
    const partitions = Math.max(...topics.map(name => components.topics.get(name).partitions.length))
    while (running.length < partitions && !until.aborted) running.push(runConsumer(running.length))
    onMembership(running.length)
  }
  const removeListener = components.topics.onGrown(startMissing)
  startMissing()
  await waitForAbort(until)
  removeListener()
  await Promise.all(running)
  onMembership(undefined)
  membership.open = false
  if (errors.length > 0) throw errors[0]
}

const isAbortError = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
