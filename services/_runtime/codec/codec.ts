import type { Events } from '#schemas/events.ts'
import { consumingServices, topicDefinitions } from '#topology/derive/definitions.ts'
import { compatibility, decisionsTopic, subject } from '#topology/derive/names.ts'
import type { EventOf, TopicName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import type { NewRecord } from '../log/event-log.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { createBoundsCheck } from './avro-bounds.ts'
import { plainObjectType } from './avro-type.ts'
import { createDecoder } from './decoder.ts'

type EventName = keyof Events

/** The event and the key of every topic whose values are Avro: those of the map, and what services saw when they decided. */
const avroTopics: Readonly<Record<string, { readonly event: EventName; readonly key: string }>> = {
  ...topicDefinitions,
  ...Object.fromEntries(
    consumingServices.map(service => [decisionsTopic(service), { event: 'DecisionRecorded', key: 'inputId' } as const]),
  ),
}

/** Between events and the bytes of records: Avro in Confluent's wire format. */
export interface Codec {
  /** Registers the schemas of topics that will be written, all by default. FLY_SCHEMA when one is not compatible. */
  registerSchemas(topics?: readonly string[]): Promise<void>
  /** FLY_ENCODE, naming the field, when the event does not fit the schema of its topic. */
  encode(topic: string, event: object): Buffer
  /** The record of an event, under the key that the map gives the topic. */
  record(topic: string, event: object, headers?: Readonly<Record<string, string>>): NewRecord
  /** The event of a topic, as our schema has it whichever version wrote it. FLY_DECODE when the bytes hold none. */
  decode<T extends string>(topic: T, value: Buffer): Promise<T extends TopicName ? EventOf<T> : object>
  /** Any event of ours. */
  decodeAny(value: Buffer): Promise<object>
}

export function createCodec(registry: SchemaRegistry, schemas: Readonly<Record<EventName, object>>): Codec {
  const types = new Map(Object.entries(schemas).map(([name, schema]) => [name, plainObjectType(schema)]))
  const writers = new Map<string, TopicWriter>()
  const decode = createDecoder(registry, types)

  const encode = (topic: string, event: object): Buffer => {
    const writer = writers.get(topic)
    if (!writer) throw new Fault('FLY_BUG', `${topic} is written before the codec was prepared for it`, { topic })
    const bytes = encodeWithHeader(topic, writer, event)
    try {
      writer.check(bytes, wireHeaderBytes)
      return bytes
    } catch (error) {
      throw new Fault('FLY_ENCODE', `an event for ${topic} could not be read again: ${String(error)}`, { topic })
    }
  }

  return {
    async registerSchemas(topics = Object.keys(avroTopics)) {
      await Promise.all(
        topics.map(async topic => {
          const { event } = avroTopic(topic)
          const id = await registry.register(subject(topic), schemas[event], compatibility(topic))
          const type = types.get(event)
          if (type) writers.set(topic, { id, type, check: createBoundsCheck(type) })
        }),
      )
    },
    encode,
    record(topic, event, headers) {
      const { key: field } = avroTopic(topic)
      const key: unknown = field in event ? event[field as keyof typeof event] : undefined
      if (typeof key !== 'string') throw new Fault('FLY_ENCODE', `an event for ${topic} has no ${field} to be its key`)
      return { topic, key, value: encode(topic, event), ...(headers && { headers }) }
    },
    decode: (topic, value) => decode(value, avroTopic(topic).event) as Promise<never>,
    decodeAny: value => decode(value),
  }
}

function avroTopic(topic: string): { readonly event: EventName; readonly key: string } {
  const plan = avroTopics[topic]
  if (!plan) throw new Fault('FLY_BUG', `the map has no topic ${topic}`, { topic })
  return plan
}

type AvroType = ReturnType<typeof plainObjectType>
type TopicWriter = {
  readonly id: number
  readonly type: AvroType
  readonly check: ReturnType<typeof createBoundsCheck>
}

const wireHeaderBytes = 5
const scratchBuffer = Buffer.allocUnsafe(65_536)

/** A zero byte, the schema's number, then Avro. Encoded into one buffer that is used again and again, then copied out. */
function encodeWithHeader(topic: string, { id, type }: TopicWriter, event: object): Buffer {
  try {
    const end = type.encode(event, scratchBuffer, wireHeaderBytes)
    const bytes = Buffer.allocUnsafe(end < 0 ? scratchBuffer.length - end : end)
    if (end < 0) type.encode(event, bytes, wireHeaderBytes)
    else scratchBuffer.copy(bytes, 0, 0, end)
    bytes.writeUInt8(0, 0)
    bytes.writeUInt32BE(id, 1)
    return bytes
  } catch {
    // Without its cause: avsc quotes the value, which may be chat text.
    throw new Fault('FLY_ENCODE', `an event for ${topic} does not fit: ${describeMismatch(type, event)}`, { topic })
  }
}

/** Where an event does not fit its type, without the value. */
function describeMismatch(type: AvroType, event: object): string {
  const places: string[] = []
  const errorHook = (path: string[], value: unknown, expected: AvroType): void => {
    places.push(`${path.join('.') || 'the event'} must be ${expected.typeName}, not ${valueKind(value)}`)
  }
  type.isValid(event, { errorHook })
  return places.join('; ') || 'for a reason that validation does not see'
}

const valueKind = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
