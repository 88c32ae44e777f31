import { faultAction } from '../core/faults.ts'
import type { LogRecord } from '../log/event-log.ts'
import type { Codec } from './codec.ts'

/** A record for people and scripts, with its event. Where the value holds none, `event` is `{bytes}` in base64, or `{deleted: true}`. */
export type ReadableRecord = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly event: object
}

export async function toReadableRecord(codec: Pick<Codec, 'decodeAny'>, record: LogRecord): Promise<ReadableRecord> {
  const { topic, partition, offset, timestamp, headers, value } = record
  const key = record.key?.toString() ?? null
  return { topic, partition, offset, timestamp, key, headers, event: await decodeOrBase64(codec, value) }
}

async function decodeOrBase64(codec: Pick<Codec, 'decodeAny'>, value: Buffer | null): Promise<object> {
  if (value === null) return { deleted: true }
  try {
    return await codec.decodeAny(value)
  } catch (error) {
    if (faultAction(error) !== 'dead-letter') throw error
    return { bytes: value.toString('base64') }
  }
}
