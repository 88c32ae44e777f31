import type { EventLog } from '#runtime/log/event-log.ts'

/** The log, and how many records were read from it without a group. */
export function countReads(log: EventLog): { readonly log: EventLog; readonly read: { records: number } } {
  const read = { records: 0 }
  const counting: EventLog = {
    ...log,
    read: (topics, options, onRecords, signal) =>
      log.read(
        topics,
        options,
        records => {
          read.records += records.length
          return onRecords(records)
        },
        signal,
      ),
  }
  return { log: counting, read }
}
