import { deadLetterTopics } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord, Position } from '../log/event-log.ts'
import { partitionKey } from '../log/positions.ts'
import { type DeadLetterSummary, deadLetterSummary } from './dead-letter.ts'
import { parsePosition } from './find.ts'
import { createProgressReader, type Discard, type Progress, type ServiceProgress } from './progress.ts'
import { createDeadLetterCounter, type DeadLetterCounts, readUnresolvedUntil } from './unresolved.ts'

/** The unresolved dead letters of a topic. They are counted by reading them, up to a limit: with `more`, the figures are of the first ones. */
export type UnresolvedTopic = DeadLetterCounts & {
  readonly service: ServiceName
  readonly more: boolean
  /** Times in ms since 1970. */
  readonly oldestFirstSeen: number
  readonly newestRefused: number
}

export type UnresolvedLetter = DeadLetterSummary & { readonly service: ServiceName }

/** `next` is the cursor of the next page; null after the last one. */
export type LetterPage = { readonly letters: readonly UnresolvedLetter[]; readonly next: string | null }

/** What to list: the dead letters of one topic only, at most so many, from a cursor on. */
export type LetterQuery = { readonly topic?: string; readonly limit: number; readonly cursor?: string }

export type DiscardedLetter = Position & Discard & { readonly service: ServiceName }

/** Dead letters of a topic that are counted for an overview. */
export const maxCounted = 10_000

type ReadLog = Pick<EventLog, 'read' | 'bounds'>

/** Lists of the dead letters of some services. Of what was resolved, each list reads only what was added since the one before. */
export type DeadLetterList = {
  /** The topics with unresolved dead letters; at most `limit` letters of each topic are counted. */
  readonly topics: (services: readonly ServiceName[], limit: number) => Promise<readonly UnresolvedTopic[]>
  /**
   * A page of unresolved dead letters, in the order of services, topics, partitions and offsets, which does not change while others
   * are added: those of the partitions that are already listed are left out. Reads little more than it returns. FLY_USAGE when the
   * cursor is not one of these services.
   */
  readonly page: (services: readonly ServiceName[], query: LetterQuery) => Promise<LetterPage>
  /** The discarded dead letters, with who discarded them, when and why. */
  readonly discarded: (services: readonly ServiceName[]) => Promise<readonly DiscardedLetter[]>
}

type ListContext = {
  readonly log: ReadLog
  readonly progressOf: (service: ServiceName) => Promise<ServiceProgress>
  readonly signal: AbortSignal
}

export function createDeadLetterList(log: ReadLog, signal: AbortSignal): DeadLetterList {
  const readers = new Map<ServiceName, () => Promise<ServiceProgress>>()
  const progressOf = (service: ServiceName): Promise<ServiceProgress> => {
    const read = readers.get(service) ?? createProgressReader(log, service, signal)
    readers.set(service, read)
    return read()
  }
  const context = { log, progressOf, signal }
  return {
    topics: (services, limit) => unresolvedTopics(context, services, limit),
    page: (services, query) => unresolvedPage(context, services, query),
    discarded: services => discardedLetters(context, services),
  }
}

/** Those that have dead-letter topics; the others have no topic of progress either. */
const withDeadLetterTopics = (services: readonly ServiceName[]): readonly ServiceName[] =>
  services.filter(service => deadLetterTopics(service).length > 0)

async function unresolvedTopics(
  { log, progressOf, signal }: ListContext,
  services: readonly ServiceName[],
  limit: number,
): Promise<readonly UnresolvedTopic[]> {
  const found: UnresolvedTopic[] = []
  for (const service of withDeadLetterTopics(services)) {
    const progress = await progressOf(service)
    for (const topic of deadLetterTopics(service)) {
      const counter = createDeadLetterCounter()
      let [oldestFirstSeen, newestRefused] = [Number.POSITIVE_INFINITY, 0]
      const add = (letters: readonly LogRecord[]): boolean => {
        for (const letter of letters.slice(0, limit - counter.records()).map(deadLetterSummary)) {
          counter.add(letter)
          oldestFirstSeen = Math.min(oldestFirstSeen, letter.firstSeen)
          newestRefused = Math.max(newestRefused, letter.refusedAt)
        }
        return counter.records() === limit
      }
      const more = await readUnresolvedUntil(log, progress, [topic], add, signal)
      for (const counts of counter.all()) found.push({ service, ...counts, more, oldestFirstSeen, newestRefused })
    }
  }
  return found
}

async function unresolvedPage(
  { log, progressOf, signal }: ListContext,
  services: readonly ServiceName[],
  { topic: only, limit, cursor }: LetterQuery,
): Promise<LetterPage> {
  const topics = services.flatMap(service =>
    deadLetterTopics(service).flatMap(topic => (only === undefined || only === topic ? [{ service, topic }] : [])),
  )
  const start = cursor === undefined ? undefined : parsePosition(cursor)
  const first = start ? topics.findIndex(({ topic }) => topic === start.topic) : 0
  if (first < 0 || (cursor !== undefined && !start))
    throw new Fault('FLY_USAGE', 'the cursor is not of this list: give `next` of the page before, with the same query')
  const letters: UnresolvedLetter[] = []
  for (const { service, topic } of topics.slice(first)) {
    const progress = await progressOf(service)
    for (const begin of await partitionBegins(log, topic, start?.topic === topic ? start : undefined)) {
      const ofPartition = await firstUnresolved(
        log,
        progress.get(begin.partition),
        begin,
        limit - letters.length,
        signal,
      )
      letters.push(...ofPartition.map(letter => ({ service, ...letter })))
      const last = letters.at(-1)
      if (last && letters.length === limit) return { letters, next: `${partitionKey(last)}@${last.offset + 1}` }
    }
  }
  return { letters, next: null }
}

/** Where to read each partition of a topic, in order; those before the start, and the empty ones, are left out. */
async function partitionBegins(log: ReadLog, topic: string, start: Position | undefined): Promise<readonly Position[]> {
  return (await log.bounds([topic]))
    .filter(({ partition }) => partition >= (start?.partition ?? 0))
    .map(({ partition, begin, end }) => {
      const from = partition === start?.partition ? start.offset : begin
      return { topic, partition, offset: Math.max(from, begin), end }
    })
    .filter(({ offset, end }) => offset < end)
    .toSorted((a, b) => a.partition - b.partition)
}

/** The first unresolved dead letters of one partition at or after a position. */
async function firstUnresolved(
  log: ReadLog,
  progress: Progress | undefined,
  begin: Position,
  limit: number,
  signal: AbortSignal,
): Promise<readonly DeadLetterSummary[]> {
  const { topic, partition } = begin
  const offset = Math.max(begin.offset, progress?.next(topic) ?? 0)
  const letters: DeadLetterSummary[] = []
  const limitReached = new AbortController()
  const take = (records: readonly LogRecord[]): void => {
    const unresolved = records.filter(letter => !progress?.resolutionOf(letter))
    letters.push(...unresolved.slice(0, limit - letters.length).map(deadLetterSummary))
    if (letters.length === limit) limitReached.abort()
  }
  const options = { partitions: [partition], from: [{ topic, partition, offset }], follow: false }
  await log.read([topic], options, take, AbortSignal.any([signal, limitReached.signal]))
  signal.throwIfAborted()
  return letters
}

async function discardedLetters(
  { progressOf }: ListContext,
  services: readonly ServiceName[],
): Promise<readonly DiscardedLetter[]> {
  const found: DiscardedLetter[] = []
  for (const service of withDeadLetterTopics(services))
    for (const [partition, ofPartition] of await progressOf(service))
      for (const topic of deadLetterTopics(service))
        for (const [offset, resolution] of ofPartition.single(topic))
          if (resolution.how === 'discarded') found.push({ service, topic, partition, offset, ...resolution })
  return found.sort((a, b) => a.at - b.at)
}
