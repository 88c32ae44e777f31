import { deadLetterTopics } from '#topology/derive/definitions.ts'
import { redriveGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import { type DeadLetterSummary, deadLetterSummary } from './dead-letter.ts'

/** How many records of a dead-letter topic, and how many of them for each fault. */
export type DeadLetterCounts = {
  readonly topic: string
  readonly records: number
  readonly codes: Readonly<Record<string, number>>
}

/** What is parked in one dead-letter topic: refused, and not yet re-driven. Times in ms since 1970. */
export type UnresolvedDeadLetters = DeadLetterCounts & {
  readonly service: ServiceName
  readonly oldestFirstSeen: number
  readonly newestRefused: number
  /** The first of them, in the order of each partition. */
  readonly letters: readonly DeadLetterSummary[]
}

/** Counts records by dead-letter topic and fault. */
export function createDeadLetterCounter(): {
  readonly add: (letter: DeadLetterSummary) => void
  readonly all: () => readonly DeadLetterCounts[]
} {
  const counted = new Map<string, { topic: string; records: number; codes: Record<string, number> }>()
  return {
    add({ topic, code }) {
      const tally = counted.get(topic) ?? { topic, records: 0, codes: {} }
      counted.set(topic, tally)
      tally.records++
      tally.codes[code] = (tally.codes[code] ?? 0) + 1
    },
    all: () => [...counted.values()],
  }
}

/** Reads what is parked in dead-letter topics of a service, or in one partition number of them, in the order of each partition. */
export async function readUnresolved(
  log: EventLog,
  service: ServiceName,
  { topics, partitions }: { readonly topics: readonly string[]; readonly partitions?: readonly number[] },
  onRecords: (records: readonly LogRecord[]) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const from = await log.committed(redriveGroup(service), topics)
  await log.read(topics, { from, follow: false, ...(partitions && { partitions }) }, onRecords, signal)
  signal.throwIfAborted()
}

/** How many dead letters a service has parked; at most `most`, since they are counted by reading them. */
export async function countUnresolved(
  log: EventLog,
  service: ServiceName,
  limit: number,
  signal: AbortSignal,
): Promise<number> {
  const topics = deadLetterTopics(service)
  const lag = topics.length === 0 ? [] : await log.lag(redriveGroup(service), topics)
  if (lag.every(({ records }) => records === 0)) return 0
  const enough = new AbortController()
  let found = 0
  const count = (records: readonly LogRecord[]): void => {
    found += records.length
    if (found >= limit) enough.abort()
  }
  await readUnresolved(log, service, { topics }, count, AbortSignal.any([signal, enough.signal])).catch(error => {
    if (!enough.signal.aborted) throw error
  })
  return Math.min(found, limit)
}

/** What services have parked, with at most `most` dead letters of each topic; topics in which nothing is are left out. */
export async function listUnresolved(
  log: EventLog,
  services: readonly ServiceName[],
  limit: number,
  signal: AbortSignal,
): Promise<readonly UnresolvedDeadLetters[]> {
  const found: UnresolvedDeadLetters[] = []
  for (const service of services) {
    const tally = createDeadLetterCounter()
    const seen = new Map<string, { oldestFirstSeen: number; newestRefused: number; letters: DeadLetterSummary[] }>()
    const count = (letter: DeadLetterSummary): void => {
      tally.add(letter)
      const { topic, firstSeen, refusedAt } = letter
      const about = seen.get(topic) ?? { oldestFirstSeen: firstSeen, newestRefused: refusedAt, letters: [] }
      seen.set(topic, about)
      about.oldestFirstSeen = Math.min(about.oldestFirstSeen, firstSeen)
      about.newestRefused = Math.max(about.newestRefused, refusedAt)
      if (about.letters.length < limit) about.letters.push(letter)
    }
    const topics = deadLetterTopics(service)
    if (topics.length > 0)
      await readUnresolved(log, service, { topics }, records => records.map(deadLetterSummary).forEach(count), signal)
    for (const counted of tally.all()) {
      const about = seen.get(counted.topic)
      if (about) found.push({ service, ...counted, ...about })
    }
  }
  return found
}
