import type { LogRecord } from '../log/event-log.ts'

/** The header with the time at which the first record of the chain that led to a record was appended, in ms since 1970. */
export const chainStartHeader = 'began'

/** Seconds from the append of the first record of a chain to the append of this one; undefined for the first itself. */
export function secondsSinceChainStart({
  timestamp,
  headers,
}: Pick<LogRecord, 'timestamp' | 'headers'>): number | undefined {
  const start = Number(headers[chainStartHeader] || Number.NaN)
  // Clocks of brokers differ a little: never below zero.
  return Number.isFinite(start) ? Math.max(0, timestamp - start) / 1000 : undefined
}
