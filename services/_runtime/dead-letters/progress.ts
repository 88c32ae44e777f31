import { resolvedTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord, NewRecord, Position } from '../log/event-log.ts'

/** A dead letter that is not to be re-driven: why, who said so and when (ms since 1970), and the code of its fault. */
export type Discard = {
  readonly how: 'discarded'
  readonly at: number
  readonly by: string
  readonly why: string
  readonly code: string
}
export type Resolution = { readonly how: 're-driven' } | Discard

type LetterPosition = Pick<LogRecord, 'topic' | 'offset'>

/**
 * One fact about the dead letters of a partition number: those of a topic below an offset are resolved; one of them is, out of order;
 * who may resolve them now.
 */
export type ProgressChange =
  | { readonly topic: string; readonly next: number }
  | { readonly topic: string; readonly offset: number; readonly resolution: Resolution | null }
  | { readonly owner: string }

/**
 * Which dead letters of one partition number of a service are resolved. A service has it in a compacted topic and not in a
 * group's positions: Kafka deletes those of a group that has had no member for seven days.
 */
export class Progress {
  #owner = ''
  readonly #next = new Map<string, number>()
  /** Discarded letters, and re-driven ones from `next` on. */
  readonly #single = new Map<string, Map<number, Resolution>>()

  get owner(): string {
    return this.#owner
  }

  /** The offset below which every dead letter of the topic is resolved. */
  next(topic: string): number {
    return this.#next.get(topic) ?? 0
  }

  /** Undefined while it is unresolved. */
  resolutionOf({ topic, offset }: LetterPosition): Resolution | undefined {
    return this.#single.get(topic)?.get(offset) ?? (offset < this.next(topic) ? { how: 're-driven' } : undefined)
  }

  /** Those of a topic that were resolved out of order. */
  single(topic: string): ReadonlyMap<number, Resolution> {
    return this.#single.get(topic) ?? new Map()
  }

  apply(change: ProgressChange): void {
    if ('owner' in change) this.#owner = change.owner
    else if ('next' in change) this.#next.set(change.topic, change.next)
    else {
      const { topic, offset, resolution } = change
      const ofTopic = this.#single.get(topic) ?? new Map<number, Resolution>()
      this.#single.set(topic, ofTopic)
      if (resolution === null) ofTopic.delete(offset)
      else ofTopic.set(offset, resolution)
    }
  }
}

const ownerKey = 'owner'

/** The record of a change. Later records with its key replace it. */
export function progressRecord(service: ServiceName, partition: number, change: ProgressChange): NewRecord {
  const [key, value] = toEntry(change)
  return {
    ...{ topic: resolvedTopic(service), partition, key },
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
  }
}

function toEntry(change: ProgressChange): readonly [key: string, value: unknown] {
  if ('owner' in change) return [ownerKey, change.owner]
  if ('next' in change) return [change.topic, change.next]
  return [`${change.topic}@${change.offset}`, change.resolution]
}

/** The change of a record. FLY_STATE when it is none. */
export function progressChange(record: LogRecord): ProgressChange {
  const [key = '', offset] = (record.key?.toString() ?? '').split('@')
  try {
    const value = record.value === null ? null : JSON.parse(record.value.toString())
    if (key === ownerKey && typeof value === 'string') return { owner: value }
    if (offset !== undefined && (value === null || typeof value?.how === 'string'))
      return { topic: key, offset: Number(offset), resolution: value }
    if (offset === undefined && Number.isSafeInteger(value)) return { topic: key, next: value }
  } catch {
    // Without the parser's error as the cause: it quotes the value.
  }
  const { topic, partition, offset: at } = record
  throw new Fault('FLY_STATE', `${topic}/${partition}@${at} was written by another program: only flywheel may write it`)
}

/** The progress of a service's partition numbers. One without an entry has none: all its dead letters are unresolved. */
export type ServiceProgress = ReadonlyMap<number, Progress>

export const readProgress = (
  log: Pick<EventLog, 'read' | 'bounds'>,
  service: ServiceName,
  signal: AbortSignal,
): Promise<ServiceProgress> => createProgressReader(log, service, signal)()

/** The progress of a service each time the result is called, which reads only what was added since the call before. Calls may overlap. */
export function createProgressReader(
  log: Pick<EventLog, 'read' | 'bounds'>,
  service: ServiceName,
  signal: AbortSignal,
): () => Promise<ServiceProgress> {
  const topic = resolvedTopic(service)
  const unread = () => ({ progress: new Map<number, Progress>(), next: new Map<number, number>() })
  let known = unread()
  return async () => {
    const bounds = await log.bounds([topic])
    // A position after the end is one of another log, which this one has replaced.
    if (bounds.some(({ partition, end }) => (known.next.get(partition) ?? 0) > end)) known = unread()
    const { progress, next } = known
    const nextOf = (partition: number): number => next.get(partition) ?? 0
    const grown = bounds.filter(({ partition, begin, end }) => Math.max(begin, nextOf(partition)) < end)
    if (grown.length === 0) return progress
    const apply = (records: readonly LogRecord[]): void => {
      for (const record of records) {
        const { partition, offset } = record
        // Another call that overlaps has read it.
        if (offset < nextOf(partition)) continue
        const ofPartition = progress.get(partition) ?? new Progress()
        progress.set(partition, ofPartition)
        ofPartition.apply(progressChange(record))
        next.set(partition, offset + 1)
      }
    }
    const partitions = grown.map(({ partition }) => partition)
    const from = partitions.map(partition => ({ topic, partition, offset: nextOf(partition) }))
    await log.read([topic], { partitions, from, follow: false }, apply, signal)
    signal.throwIfAborted()
    // Behind the last change there may be transaction markers.
    for (const { partition, end } of grown) next.set(partition, Math.max(nextOf(partition), end))
    return progress
  }
}

/** Where the unresolved dead letters of these topics begin; partitions that are not listed begin with their first record. */
export function unresolvedFrom(progress: ServiceProgress, topics: readonly string[]): readonly Position[] {
  return [...progress].flatMap(([partition, ofPartition]) =>
    topics.map(topic => ({ topic, partition, offset: ofPartition.next(topic) })),
  )
}
