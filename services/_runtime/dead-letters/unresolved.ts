import { deadLetterTopics } from '#topology/derive/definitions.ts'
import { redriveGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { requiredValue } from '../core/checked.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import { type DeadLetterSummary, deadLetterSummary } from './dead-letter.ts'

/** Number of dead letters in a topic, and of each fault. */
export type DeadLetterCounts = {
  readonly topic: string
  readonly records: number
  readonly codes: Readonly<Record<string, number>>
}

/** The unresolved dead letters of a topic: refused and not yet re-driven. Times in ms since 1970. */
export type UnresolvedDeadLetters = DeadLetterCounts & {
  readonly service: ServiceName
  readonly oldestFirstSeen: number
  readonly newestRefused: number
  /** The first of them, in the order of each partition. */
  readonly letters: readonly DeadLetterSummary[]
}

/** Counts dead letters by topic and fault. */
export function createDeadLetterCounter(): {
  readonly add: (letter: DeadLetterSummary) => void
  readonly records: () => number
  readonly all: () => readonly DeadLetterCounts[]
} {
  const byTopic = new Map<string, { topic: string; records: number; codes: Record<string, number> }>()
  return {
    add({ topic, code }) {
      const counts = byTopic.get(topic) ?? { topic, records: 0, codes: {} }
      byTopic.set(topic, counts)
      counts.records++
      counts.codes[code] = (counts.codes[code] ?? 0) + 1
    },
    records: () => [...byTopic.values()].reduce((sum, { records }) => sum + records, 0),
    all: () => [...byTopic.values()],
  }
}

/** Reads the unresolved dead letters of topics of a service, or of some partition numbers of them, in the order of each partition. */
export async function readUnresolved(
  log: Pick<EventLog, 'committed' | 'read'>,
  service: ServiceName,
  { topics, partitions }: { readonly topics: readonly string[]; readonly partitions?: readonly number[] },
  onRecords: (records: readonly LogRecord[]) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const from = await log.committed(redriveGroup(service), topics)
  await log.read(topics, { from, follow: false, ...(partitions && { partitions }) }, onRecords, signal)
  signal.throwIfAborted()
}

/** Number of unresolved dead letters of a service. They are counted by reading them, so counting stops at `limit`. */
export async function countUnresolved(
  log: EventLog,
  service: ServiceName,
  limit: number,
  signal: AbortSignal,
): Promise<number> {
  const topics = deadLetterTopics(service)
  const lag = topics.length === 0 ? [] : await log.lag(redriveGroup(service), topics)
  if (lag.every(({ records }) => records === 0)) return 0
  const limitReached = new AbortController()
  let found = 0
  const count = (records: readonly LogRecord[]): void => {
    found += records.length
    if (found >= limit) limitReached.abort()
  }
  const until = AbortSignal.any([signal, limitReached.signal])
  await readUnresolved(log, service, { topics }, count, until).catch(error => {
    if (!limitReached.signal.aborted) throw error
  })
  return Math.min(found, limit)
}

/** The unresolved dead letters of services, with at most `limit` summaries of each topic. Topics without any are left out. */
export async function listUnresolved(
  log: EventLog,
  services: readonly ServiceName[],
  limit: number,
  signal: AbortSignal,
): Promise<readonly UnresolvedDeadLetters[]> {
  const found: UnresolvedDeadLetters[] = []
  for (const service of services) {
    const counter = createDeadLetterCounter()
    const byTopic = new Map<string, { oldestFirstSeen: number; newestRefused: number; letters: DeadLetterSummary[] }>()
    const add = (letter: DeadLetterSummary): void => {
      counter.add(letter)
      const { topic, firstSeen, refusedAt } = letter
      const bounds = byTopic.get(topic) ?? { oldestFirstSeen: firstSeen, newestRefused: refusedAt, letters: [] }
      byTopic.set(topic, bounds)
      bounds.oldestFirstSeen = Math.min(bounds.oldestFirstSeen, firstSeen)
      bounds.newestRefused = Math.max(bounds.newestRefused, refusedAt)
      if (bounds.letters.length < limit) bounds.letters.push(letter)
    }
    const topics = deadLetterTopics(service)
    if (topics.length > 0)
      await readUnresolved(log, service, { topics }, records => records.map(deadLetterSummary).forEach(add), signal)
    for (const counts of counter.all()) found.push({ service, ...counts, ...requiredValue(byTopic, counts.topic) })
  }
  return found
}
