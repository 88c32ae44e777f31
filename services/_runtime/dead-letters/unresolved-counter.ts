import { deadLetterTopics, serviceDefinitions } from '#topology/derive/definitions.ts'
import { deadLetterTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { requiredValue } from '../core/checked.ts'
import type { EventLog, LogRecord, PartitionBounds } from '../log/event-log.ts'
import { partitionKey } from '../log/positions.ts'
import { createProgressReader, type ServiceProgress } from './progress.ts'

/** Unresolved dead letters of a service, by the topic of the refused records. */
export type UnresolvedCount = { readonly topic: string; readonly records: number }

/** Of a partition: the offsets of its unresolved dead letters before `next`, which is where to read on. */
type KnownLetters = { readonly topic: string; readonly unresolved: Set<number>; next: number }

/**
 * Counts the unresolved dead letters of a service, for each topic that it reads, each time the result is called; at most `limit` of all
 * topics. The first call reads them, and later ones only those that were added or resolved since. Calls may overlap.
 */
export function createUnresolvedCounter(
  log: Pick<EventLog, 'read' | 'bounds'>,
  service: ServiceName,
  limit: number,
  signal: AbortSignal,
): () => Promise<readonly UnresolvedCount[]> {
  const topics = deadLetterTopics(service)
  if (topics.length === 0) return async () => []
  const readProgress = createProgressReader(log, service, signal)
  const known = new Map<string, KnownLetters>()
  const countOf = (...names: readonly string[]): number =>
    [...known.values()].reduce((sum, { topic, unresolved }) => sum + (names.includes(topic) ? unresolved.size : 0), 0)

  return async () => {
    const progress = await readProgress()
    const bounds = await log.bounds(topics)
    for (const one of bounds) known.set(partitionKey(one), withoutResolved(known.get(partitionKey(one)), one, progress))
    if (countOf(...topics) < limit) {
      const isEnough = (): boolean => countOf(...topics) >= limit
      await readNewLetters(log, bounds, known, progress, isEnough, signal)
    }
    let left = limit
    return serviceDefinitions[service].reads.map(topic => {
      const records = Math.min(left, countOf(deadLetterTopic(topic, service)))
      left -= records
      return { topic, records }
    })
  }
}

/** What is known of a partition, without the letters that are resolved or deleted by now. */
function withoutResolved(
  letters: KnownLetters | undefined,
  { topic, partition, begin, end }: PartitionBounds,
  progress: ServiceProgress,
): KnownLetters {
  const ofPartition = progress.get(partition)
  // A position after the end is one of another log, which this one has replaced.
  const kept = letters && letters.next <= end ? letters : { topic, unresolved: new Set<number>(), next: begin }
  for (const offset of kept.unresolved)
    if (offset < begin || ofPartition?.resolutionOf({ topic, offset })) kept.unresolved.delete(offset)
  kept.next = Math.max(kept.next, begin, ofPartition?.next(topic) ?? 0)
  return kept
}

/** Reads on to the ends of the partitions, or until it is enough. */
async function readNewLetters(
  log: Pick<EventLog, 'read'>,
  bounds: readonly PartitionBounds[],
  known: ReadonlyMap<string, KnownLetters>,
  progress: ServiceProgress,
  isEnough: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const nextOf = (one: PartitionBounds): number => requiredValue(known, partitionKey(one)).next
  const grown = bounds.filter(one => nextOf(one) < one.end)
  if (grown.length === 0) return
  const enough = new AbortController()
  const add = (records: readonly LogRecord[]): void => {
    for (const record of records) {
      const letters = requiredValue(known, partitionKey(record))
      // Another call that overlaps has read it.
      if (record.offset < letters.next) continue
      if (!progress.get(record.partition)?.resolutionOf(record)) letters.unresolved.add(record.offset)
      letters.next = record.offset + 1
    }
    if (isEnough()) enough.abort()
  }
  const topics = [...new Set(bounds.map(({ topic }) => topic))]
  const partitions = [...new Set(grown.map(({ partition }) => partition))]
  const from = bounds.map(one => ({ topic: one.topic, partition: one.partition, offset: nextOf(one) }))
  await log.read(topics, { partitions, from, follow: false }, add, AbortSignal.any([signal, enough.signal]))
  signal.throwIfAborted()
  if (enough.signal.aborted) return
  // Behind the last letters there may be transaction markers.
  for (const one of grown) {
    const letters = requiredValue(known, partitionKey(one))
    letters.next = Math.max(letters.next, one.end)
  }
}
