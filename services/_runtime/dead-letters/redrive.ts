import { setTimeout as sleep } from 'node:timers/promises'
import { deadLetterTopics, serviceDefinitions } from '#topology/derive/definitions.ts'
import { deadLetterTopic, redriveGroup, retryTopic } from '#topology/derive/names.ts'
import type { ServiceName, TopicName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord, NewRecord, PartitionConsumer, Position } from '../log/event-log.ts'
import { partitionKey, positionsAfter } from '../log/positions.ts'
import { deadLetterSummary } from './dead-letter.ts'
import { createDeadLetterCounter, type DeadLetterCounts, readUnresolved } from './unresolved.ts'

/** How often it is looked whether others have done what is left. */
const pollMs = 200

export type RedriveRequest = {
  readonly service: ServiceName
  /** Only what was refused of this topic; of all that the service reads when absent. */
  readonly topic?: string
  /** Told after each commit. */
  readonly onMoved?: (moved: number, of: number) => void
}

/** The dead-letter topics that a re-drive is about. FLY_USAGE when the service does not read the topic. */
export function redriveTopics({ service, topic }: RedriveRequest): readonly string[] {
  if (topic === undefined) return deadLetterTopics(service)
  const { reads } = serviceDefinitions[service]
  if (reads.includes(topic as TopicName)) return [deadLetterTopic(topic, service)]
  const known = reads.length > 0 ? `it reads ${reads.join(', ')}` : 'it reads none'
  throw new Fault('FLY_USAGE', `${service} has no dead letters of ${topic}: ${known}`)
}

/**
 * Moves what is parked when it is called to the topic that only its service reads: same key, bytes and headers, in the same
 * partition number and order. Each is moved once, whoever calls this how often and wherever it is killed, since copy and
 * position are one transaction; records that are refused again lie behind the end and stay. Answers with what was moved by this call.
 */
export async function redrive(
  log: EventLog,
  request: RedriveRequest,
  signal: AbortSignal,
): Promise<readonly DeadLetterCounts[]> {
  const { service, onMoved } = request
  const topics = redriveTopics(request)
  const ends = new Map<string, Position>()
  const tally = createDeadLetterCounter()
  let [moved, of] = [0, 0]
  const recordEnds = (records: readonly LogRecord[]): void => {
    of += records.length
    for (const end of positionsAfter(records)) ends.set(partitionKey(end), end)
  }
  if (topics.length > 0) await readUnresolved(log, service, { topics }, recordEnds, signal)

  // Partition numbers in which something is left to do, by whichever process.
  const waiting = new Set([...ends.values()].map(({ partition }) => partition))
  const done = new AbortController()
  const markFinished = (numbers: readonly number[]): void => {
    for (const number of numbers) waiting.delete(number)
    if (waiting.size === 0) done.abort()
  }
  const work = async (task: PartitionConsumer): Promise<void> => {
    const move = async (records: readonly LogRecord[]): Promise<void> => {
      const due = records.filter(record => record.offset < (ends.get(partitionKey(record))?.offset ?? 0))
      if (due.length === 0) return
      const copies = due.map(letter => toRetryRecord(service, letter))
      await task.commit(copies, positionsAfter(due))
      due.map(deadLetterSummary).forEach(tally.add)
      moved += due.length
      onMoved?.(moved, of)
    }
    if (!waiting.has(task.partition)) return
    await readUnresolved(log, service, { topics, partitions: [task.partition] }, move, task.signal)
    markFinished([task.partition])
  }
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      await sleep(pollMs, undefined, { signal: done.signal }).catch(() => {})
      // A look that fails is made again.
      markFinished(await finishedPartitions(log, service, [...ends.values()]).catch(() => []))
    }
  }

  if (waiting.size === 0) return []
  const member = log.join(
    redriveGroup(service),
    deadLetterTopics(service),
    work,
    AbortSignal.any([signal, done.signal]),
  )
  await Promise.all([member.finally(() => done.abort()), watch()])
  signal.throwIfAborted()
  return tally.all()
}

/** Partition numbers in which all before these ends is re-driven: others may do a part of it, and wait for what is done here. */
async function finishedPartitions(
  log: EventLog,
  service: ServiceName,
  ends: readonly Position[],
): Promise<readonly number[]> {
  const committed = await log.committed(redriveGroup(service), deadLetterTopics(service))
  const positions = new Map(committed.map(at => [partitionKey(at), at.offset]))
  const isLeft = (end: Position): boolean => (positions.get(partitionKey(end)) ?? 0) < end.offset
  const left = new Set(ends.filter(isLeft).map(({ partition }) => partition))
  return ends.map(({ partition }) => partition).filter(number => !left.has(number))
}

const toRetryRecord = (service: ServiceName, { key, value, partition, headers }: LogRecord): NewRecord => ({
  ...{ topic: retryTopic(service), partition, key, value, headers },
})
