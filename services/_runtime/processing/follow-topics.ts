import type { Logger } from 'pino'
import type { Codec } from '../codec/codec.ts'
import { pause } from '../core/abort.ts'
import { backoffMs } from '../core/backoff.ts'
import { faultAction, faultCode } from '../core/faults.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'

const decodeBackoff = { firstMs: 200, maxMs: 30_000 } as const

export type FollowedRecord = Pick<LogRecord, 'topic' | 'timestamp' | 'headers'> & { readonly event: object }

/**
 * Reads topics from their beginning, without a consumer group, and goes on until the signal is aborted; then `done` resolves.
 * The call resolves when the records that existed at the call have been read. A record that cannot be decoded is skipped: the
 * services that consume it write a dead letter for it. While the schema registry cannot be reached, decoding is retried.
 */
export async function followTopics(
  context: { readonly log: EventLog; readonly codec: Codec; readonly logger: Logger },
  topics: readonly string[],
  onRecord: (followed: FollowedRecord) => void,
  signal: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const { log, codec, logger } = context
  const decode = async ({ topic, offset }: LogRecord, value: Buffer): Promise<object | undefined> => {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        return await codec.decode(topic, value)
      } catch (error) {
        const action = faultAction(error)
        if (action !== 'retry' && action !== 'dead-letter') throw error
        const message = action === 'retry' ? 'decoding is tried again' : 'followed record cannot be decoded'
        logger.warn({ topic, offset, code: faultCode(error) }, message)
        if (action === 'dead-letter') return undefined
        await pause(backoffMs(failures, decodeBackoff), signal)
      }
    }
    return undefined
  }
  const onRecords = async (records: readonly LogRecord[]): Promise<void> => {
    for (const record of records) {
      const { topic, timestamp, headers, value } = record
      const event = value === null ? undefined : await decode(record, value)
      if (event !== undefined) onRecord({ topic, event, timestamp, headers })
    }
  }
  const caughtUp = Promise.withResolvers<void>()
  const done = log.read(topics, { from: 'beginning', follow: true, onCaughtUp: caughtUp.resolve }, onRecords, signal)
  await Promise.race([caughtUp.promise, done])
  return { done }
}
