import { deadLetterTopics, serviceDefinitions } from '#topology/derive/definitions.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import type { ServiceName, TopicName } from '#topology/types.ts'
import { pause } from '../core/abort.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord, NewRecord, Position } from '../log/event-log.ts'
import { partitionKey, positionsAfter } from '../log/positions.ts'
import { deadLetterSummary } from './dead-letter.ts'
import { type OwnedProgress, ownProgress } from './ownership.ts'
import {
  createProgressReader,
  type Progress,
  type ProgressChange,
  readProgress,
  type ServiceProgress,
} from './progress.ts'
import { createDeadLetterCounter, type DeadLetterCounts, readUnresolved } from './unresolved.ts'

/** How often the progress of other processes is checked. */
const pollMs = 200

export type RedriveRequest = {
  readonly service: ServiceName
  /** Only the dead letters of this input topic; those of all input topics when absent. */
  readonly topic?: string
  /** Called after each commit. */
  readonly onMoved?: (moved: number, of: number) => void
}

/** The dead-letter topics of a request. FLY_USAGE when the service does not read the topic. */
export function redriveTopics({ service, topic }: RedriveRequest): readonly string[] {
  if (topic === undefined) return deadLetterTopics(service)
  const { reads } = serviceDefinitions[service]
  if (reads.includes(topic as TopicName)) return [deadLetterTopic(topic, service)]
  const known = reads.length > 0 ? `it reads ${reads.join(', ')}` : 'it reads none'
  throw new Fault('FLY_USAGE', `${service} has no dead letters of ${topic}: ${known}`)
}

/** The dead letters that are unresolved when a re-drive starts. Those that are refused again come after these ends, and stay. */
type Backlog = { readonly records: number; readonly ends: readonly Position[] }

/**
 * Moves the unresolved dead letters to the retry topic, which only their service reads, with the same key, bytes and headers, in the
 * same partition number and order. Copies and progress are committed in one transaction, so each dead letter is moved once, also
 * when several processes re-drive at the same time or one of them is killed. Returns when none of the backlog is left, with
 * what this call moved.
 */
export async function redrive(
  log: EventLog,
  request: RedriveRequest,
  signal: AbortSignal,
): Promise<readonly DeadLetterCounts[]> {
  const { service, onMoved } = request
  const topics = redriveTopics(request)
  const backlog = await readBacklog(log, service, topics, signal)
  const moved = createDeadLetterCounter()
  /** Partition numbers in which something of the backlog is left, to be moved by this process or another. */
  const unfinished = new Set(backlog.ends.map(({ partition }) => partition))
  if (unfinished.size === 0) return []
  const done = new AbortController()
  const markFinished = (partitions: readonly number[]): void => {
    for (const partition of partitions) unfinished.delete(partition)
    if (unfinished.size === 0) done.abort()
  }

  const moveAll = async ({ partition, progress, commit, signal: owned }: OwnedProgress): Promise<void> => {
    const move = async (records: readonly LogRecord[]): Promise<void> => {
      const due = records.filter(record => record.offset < endOf(backlog, record))
      if (due.length === 0) return
      await commit(
        due.map(record => toRetryRecord(service, record)),
        positionsAfter(due).flatMap(({ topic, offset }) => advance(progress, topic, offset)),
      )
      due.map(deadLetterSummary).forEach(moved.add)
      onMoved?.(moved.records(), backlog.records)
    }
    await readUnresolved(log, new Map([[partition, progress]]), { topics, partitions: [partition] }, move, owned)
    markFinished([partition])
  }
  const watchOthers = async (): Promise<void> => {
    const progressNow = createProgressReader(log, service, done.signal)
    while (!done.signal.aborted) {
      await pause(pollMs, done.signal)
      // After a failure it is checked again.
      const progress = await progressNow().catch(() => undefined)
      if (progress) markFinished(finishedPartitions(progress, backlog))
    }
  }

  const owning = ownProgress(log, service, unfinished, moveAll, AbortSignal.any([signal, done.signal]))
  await Promise.all([owning.finally(() => done.abort()), watchOthers()])
  signal.throwIfAborted()
  return moved.all()
}

/** All dead letters of the topic below the offset are resolved: what was kept of each re-driven one is not needed any more. */
function advance(progress: Progress, topic: string, next: number): readonly ProgressChange[] {
  const passed = [...progress.single(topic)].filter(([offset, { how }]) => offset < next && how === 're-driven')
  return [...passed.map(([offset]) => ({ topic, offset, resolution: null })), { topic, next }]
}

async function readBacklog(
  log: EventLog,
  service: ServiceName,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<Backlog> {
  const ends = new Map<string, Position>()
  let records = 0
  const add = (batch: readonly LogRecord[]): void => {
    records += batch.length
    for (const end of positionsAfter(batch)) ends.set(partitionKey(end), end)
  }
  if (topics.length > 0) await readUnresolved(log, await readProgress(log, service, signal), { topics }, add, signal)
  return { records, ends: [...ends.values()] }
}

/** The end of the backlog in a partition; 0 where the partition had none. */
const endOf = ({ ends }: Backlog, { topic, partition }: LogRecord): number =>
  ends.find(end => end.topic === topic && end.partition === partition)?.offset ?? 0

/** Partition numbers in which the whole backlog is resolved. */
function finishedPartitions(progress: ServiceProgress, { ends }: Backlog): readonly number[] {
  const isLeft = ({ topic, partition, offset }: Position): boolean =>
    (progress.get(partition)?.next(topic) ?? 0) < offset
  const left = new Set(ends.filter(isLeft).map(({ partition }) => partition))
  return ends.map(({ partition }) => partition).filter(partition => !left.has(partition))
}

export const toRetryRecord = (service: ServiceName, { key, value, partition, headers }: LogRecord): NewRecord => ({
  ...{ topic: retryTopic(service), partition, key, value, headers },
})
