import type { ServiceName } from '#topology/types.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import { type DeadLetterSummary, deadLetterSummary } from './dead-letter.ts'
import { readProgress, type ServiceProgress, unresolvedFrom } from './progress.ts'

/** Number of dead letters in a topic, and of each fault. */
export type DeadLetterCounts = {
  readonly topic: string
  readonly records: number
  readonly codes: Readonly<Record<string, number>>
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
  log: Pick<EventLog, 'read'>,
  progress: ServiceProgress,
  { topics, partitions }: { readonly topics: readonly string[]; readonly partitions?: readonly number[] },
  onRecords: (records: readonly LogRecord[]) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const isUnresolved = (letter: LogRecord): boolean => !progress.get(letter.partition)?.resolutionOf(letter)
  const onUnresolved = async (records: readonly LogRecord[]): Promise<void> => {
    const unresolved = records.filter(isUnresolved)
    if (unresolved.length > 0) await onRecords(unresolved)
  }
  const from = unresolvedFrom(progress, topics)
  await log.read(topics, { from, follow: false, ...(partitions && { partitions }) }, onUnresolved, signal)
  signal.throwIfAborted()
}

/** Reads them until `onRecords` says that it has enough. Whether it said so. */
export async function readUnresolvedUntil(
  log: Pick<EventLog, 'read'>,
  progress: ServiceProgress,
  topics: readonly string[],
  onRecords: (records: readonly LogRecord[]) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const enough = new AbortController()
  const onUnresolved = (records: readonly LogRecord[]): void => {
    if (onRecords(records)) enough.abort()
  }
  await readUnresolved(log, progress, { topics }, onUnresolved, AbortSignal.any([signal, enough.signal])).catch(
    error => {
      if (!enough.signal.aborted) throw error
    },
  )
  return enough.signal.aborted
}

/** The unresolved dead letters of these topics of a service by topic and fault: what a re-drive would move. */
export async function countBacklog(
  log: EventLog,
  service: ServiceName,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<readonly DeadLetterCounts[]> {
  const counter = createDeadLetterCounter()
  const add = (records: readonly LogRecord[]): void => records.map(deadLetterSummary).forEach(counter.add)
  if (topics.length > 0) await readUnresolved(log, await readProgress(log, service, signal), { topics }, add, signal)
  return counter.all()
}
