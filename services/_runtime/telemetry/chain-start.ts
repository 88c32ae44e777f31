import type { LogRecord } from '../log/event-log.ts'

/** Header with the append time of the first record in the chain that led to this record, in ms since 1970. */
export const chainStartHeader = 'began'

/** Seconds between the append of the chain's first record and that of this record; undefined for the first record. */
export function secondsSinceChainStart({
  timestamp,
  headers,
}: Pick<LogRecord, 'timestamp' | 'headers'>): number | undefined {
  const start = Number(headers[chainStartHeader] || Number.NaN)
  // The clocks of brokers may differ: avoid negative values.
  return Number.isFinite(start) ? Math.max(0, timestamp - start) / 1000 : undefined
}
