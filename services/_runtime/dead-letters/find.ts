import { deadLetterTopics, serviceNames } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { type ReadableRecord, toReadableRecord } from '../codec/readable-record.ts'
import { remedies } from '../core/faults.ts'
import type { EventLog, LogRecord, Position } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { type DeadLetterSummary, deadLetterSummary } from './dead-letter.ts'
import { loadPayload } from './payload.ts'
import { type Discard, type Resolution, readProgress } from './progress.ts'

/** One dead letter with the record's content, chat text included. */
export type DeadLetterDetails = DeadLetterSummary &
  Pick<ReadableRecord, 'headers' | 'event'> & {
    readonly service: ServiceName
    readonly state: 'unresolved' | Resolution['how']
    /** By whom it was discarded, why and when; absent where it was not. */
    readonly discard?: Discard
    readonly key: string | null
    /** How to correct the fault. */
    readonly hint: string
  }

/** The position that `TOPIC/PARTITION@OFFSET` names; undefined when the text has another form. */
export function parsePosition(text: string): Position | undefined {
  const [, topic, partition, offset] = /^([^/]+)\/(\d+)@(\d+)$/.exec(text) ?? []
  return topic === undefined ? undefined : { topic, partition: Number(partition), offset: Number(offset) }
}

/** The dead letter at a position; undefined when there is none (any more). FLY_OBJECT when its content was stored as an object that is missing. */
export async function findDeadLetter(
  { log, codec, objects }: { readonly log: EventLog; readonly codec: Codec; readonly objects: ObjectStore },
  position: Position,
  signal: AbortSignal,
): Promise<DeadLetterDetails | undefined> {
  const service = serviceNames.find(name => deadLetterTopics(name).includes(position.topic))
  const record = service && (await recordAt(log, position, signal))
  if (!record) return undefined
  const content = await loadPayload(record, objects)
  const { headers, event } = await toReadableRecord(codec, content)
  const letter = deadLetterSummary(record)
  const progress = await readProgress(log, service, signal)
  const resolution = progress.get(position.partition)?.resolutionOf(position)
  const state = resolution?.how ?? 'unresolved'
  const discard = resolution?.how === 'discarded' ? { discard: resolution } : {}
  return {
    service,
    state,
    ...discard,
    ...letter,
    key: content.key?.toString() ?? null,
    headers,
    event,
    hint: hintFor(letter.code),
  }
}

/** The record at a position; undefined when there is none (any more). */
export async function recordAt(
  log: Pick<EventLog, 'read'>,
  position: Position,
  given: AbortSignal,
): Promise<LogRecord | undefined> {
  const { topic, partition, offset } = position
  const read = new AbortController()
  let found: LogRecord | undefined
  const take = (records: readonly LogRecord[]): void => {
    found ??= records[0]
    read.abort()
  }
  const signal = AbortSignal.any([given, read.signal])
  await log.read([topic], { partitions: [partition], from: [position], follow: false }, take, signal)
  given.throwIfAborted()
  return found?.offset === offset ? found : undefined
}

const hintFor = (code: string): string =>
  Object.entries(remedies).find(([name]) => name === code)?.[1] ?? 'Correct what the reason names, then re-drive.'
