import type { EventLog, LogRecord } from './event-log.ts'

/**
 * Number of records in a topic that a reader sees. Reads all of them, so it is for reports and tests; `bounds` of the log gives an
 * upper bound at once.
 */
export async function countRecords(log: Pick<EventLog, 'read'>, topic: string): Promise<number> {
  let count = 0
  const add = (records: readonly LogRecord[]): void => {
    count += records.length
  }
  await log.read([topic], { from: 'beginning', follow: false }, add, new AbortController().signal)
  return count
}
