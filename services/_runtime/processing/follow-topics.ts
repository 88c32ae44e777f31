import type { Logger } from 'pino'
import type { Codec } from '../codec/codec.ts'
import { pause } from '../core/abort.ts'
import { backoffMs } from '../core/backoff.ts'
import { type FaultCode, faultAction, faultCode } from '../core/faults.ts'
import type { EventLog, LogRecord, Position } from '../log/event-log.ts'
import type { SkippedRecords, UnreadableRecord } from '../service.ts'
import type { Metrics } from '../telemetry/telemetry.ts'

const decodeBackoff = { firstMs: 200, maxMs: 30_000 } as const

export type FollowedRecord = Pick<LogRecord, 'topic' | 'timestamp' | 'headers'> & { readonly event: object }

export type FollowedTopics = { readonly done: Promise<void>; readonly skipped: () => readonly SkippedRecords[] }

/**
 * Reads topics, without a consumer group, and goes on until the signal is aborted; then `done` resolves. Partitions without a position
 * in `from` are read from their beginning.
 * The call resolves when the records that existed at the call have been read. A record that cannot be decoded is skipped and
 * counted: the services that consume it write a dead letter for it. After a fault of an outage, such as a schema registry that
 * cannot be reached, decoding is tried again until it succeeds.
 */
export async function followTopics(
  context: {
    readonly log: EventLog
    readonly codec: Codec
    readonly logger: Logger
    readonly metrics: Pick<Metrics, 'followedSkipped'>
  },
  topics: readonly string[],
  onRecord: (followed: FollowedRecord) => void,
  signal: AbortSignal,
  {
    from = [],
    onUnreadable = () => {},
  }: { readonly from?: readonly Position[]; readonly onUnreadable?: (record: UnreadableRecord) => void } = {},
): Promise<FollowedTopics> {
  const { log, codec, logger, metrics } = context
  const skipped = new Map<string, SkippedRecords>()
  const skip = (topic: string, code: FaultCode): void => {
    const records = (skipped.get(`${topic} ${code}`)?.records ?? 0) + 1
    skipped.set(`${topic} ${code}`, { topic, code, records })
    metrics.followedSkipped.inc({ topic, code })
  }
  const decode = async ({ topic, partition, offset }: LogRecord, value: Buffer): Promise<object | undefined> => {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        return await codec.decode(topic, value)
      } catch (error) {
        const [action, code] = [faultAction(error), faultCode(error)]
        if (action !== 'retry' && action !== 'dead-letter') throw error
        const message = action === 'retry' ? 'decoding is tried again' : 'followed record cannot be decoded'
        logger.warn({ topic, partition, offset, code }, message)
        if (action === 'dead-letter') {
          skip(topic, code)
          return undefined
        }
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
      else if (!signal.aborted) onUnreadable({ topic, timestamp, headers })
    }
  }
  const caughtUp = Promise.withResolvers<void>()
  const done = log.read(topics, { from, follow: true, onCaughtUp: caughtUp.resolve }, onRecords, signal)
  await Promise.race([caughtUp.promise, done])
  return { done, skipped: () => [...skipped.values()] }
}
