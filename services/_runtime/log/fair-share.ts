import type { LogRecord } from './event-log.ts'

/**
 * Takes up to `max` records from several sources. Each source in turn gets an equal share of what is left, so that a busy topic
 * does not starve the others. `firstIndex` says which source comes first: with another one at each call, every source is first
 * sometimes.
 */
export function takeFairly<T>(
  sources: readonly T[],
  firstIndex: number,
  max: number,
  take: (source: T, count: number) => readonly LogRecord[],
): LogRecord[] {
  const first = firstIndex % Math.max(1, sources.length)
  const ordered = [...sources.slice(first), ...sources.slice(0, first)]
  const taken: LogRecord[] = []
  for (const [index, source] of ordered.entries()) {
    const share = Math.ceil((max - taken.length) / (ordered.length - index))
    if (share === 0) break
    for (const record of take(source, share)) taken.push(record)
  }
  return taken
}
