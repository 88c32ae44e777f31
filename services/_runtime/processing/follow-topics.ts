import type { Codec } from '../codec/codec.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import type { Logger } from '../telemetry/telemetry.ts'

export type FollowedRecord = Pick<LogRecord, 'topic' | 'timestamp' | 'headers'> & { readonly event: object }

/** Follows topics from their beginning without a group; resolves once the ends as they were at the call are reached. */
export async function followTopics(
  context: { readonly log: EventLog; readonly codec: Codec; readonly logger: Logger },
  topics: readonly string[],
  onRecord: (followed: FollowedRecord) => void,
  signal: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const caughtUp = Promise.withResolvers<void>()
  const onRecords = async (records: readonly LogRecord[]): Promise<void> => {
    for (const record of records) {
      if (record.value === null) continue
      try {
        onRecord({
          topic: record.topic,
          event: await context.codec.decode(record.topic, record.value),
          timestamp: record.timestamp,
          headers: record.headers,
        })
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        // A view leaves out what it cannot read; the record's consumers dead-letter it.
        context.logger.warn(
          { topic: record.topic, offset: record.offset, code: error.code },
          'followed record not readable',
        )
      }
    }
  }
  const done = context.log.read(
    topics,
    { from: 'beginning', follow: true, onCaughtUp: caughtUp.resolve },
    onRecords,
    signal,
  )
  await Promise.race([caughtUp.promise, done])
  return { done }
}
