import type { Events } from '#schemas/events.ts'
import { serviceDefinitions, serviceNames, topicDefinitions } from '#topology/derive/definitions.ts'
import { compatibility, decisionsTopic, subject } from '#topology/derive/names.ts'
import type { EventOf, TopicName } from '#topology/types.ts'
import { requiredValue } from '../core/checked.ts'
import { Fault } from '../core/faults.ts'
import type { NewRecord } from '../log/event-log.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { plainObjectType } from './avro-type.ts'
import { createDecoder } from './decoder.ts'
import { createEncoder } from './encoder.ts'

type EventName = keyof Events

/** The event of a topic, and the field of the event that is the key of its records. */
type AvroTopic = { readonly event: EventName; readonly key: string }

/**
 * The topics whose values are events: those of the map, and the decisions topics derived from it. Dead-letter and retry topics hold
 * copies of other topics' bytes, changelogs hold JSON.
 */
const avroTopics: Readonly<Record<string, AvroTopic>> = {
  ...topicDefinitions,
  ...Object.fromEntries(
    serviceNames
      .filter(service => serviceDefinitions[service].reads.length > 0)
      .map(service => [decisionsTopic(service), { event: 'DecisionRecorded', key: 'inputId' } as const]),
  ),
}

/** Converts events to the bytes of records and back: Avro in Confluent's wire format. */
export interface Codec {
  /** Registers the schemas of the topics that will be written, by default all. FLY_SCHEMA when one is not compatible. */
  registerSchemas(topics?: readonly string[]): Promise<void>
  /** FLY_ENCODE, naming the fields, when the event does not fit the schema of the topic. */
  encode(topic: string, event: object): Buffer
  /** A record with the event as its value, and with the key that the map defines. */
  record(topic: string, event: object, headers?: Readonly<Record<string, string>>): NewRecord
  /** The event of a topic in the current version of its schema, whichever version wrote it. FLY_DECODE when the bytes hold none. */
  decode<T extends TopicName>(topic: T, value: Buffer): Promise<EventOf<T>>
  decode(topic: string, value: Buffer): Promise<object>
  /** An event of any topic. */
  decodeAny(value: Buffer): Promise<object>
}

export function createCodec(registry: SchemaRegistry, schemas: Readonly<Record<EventName, object>>): Codec {
  const types = new Map(Object.entries(schemas).map(([name, schema]) => [name, plainObjectType(schema)]))
  const encoders = new Map<string, (event: object) => Buffer>()
  const decodeValue = createDecoder(registry, types)

  const encode = (topic: string, event: object): Buffer => {
    const encoder = encoders.get(topic)
    if (!encoder) throw new Fault('FLY_BUG', `${topic} is written before its schema was registered`, { topic })
    return encoder(event)
  }

  function decode<T extends TopicName>(topic: T, value: Buffer): Promise<EventOf<T>>
  function decode(topic: string, value: Buffer): Promise<object>
  function decode(topic: string, value: Buffer): Promise<object> {
    return decodeValue(value, avroTopic(topic).event)
  }

  return {
    async registerSchemas(topics = Object.keys(avroTopics)) {
      await Promise.all(
        topics.map(async topic => {
          const { event } = avroTopic(topic)
          const id = await registry.register(subject(topic), schemas[event], compatibility(topic))
          encoders.set(topic, createEncoder(topic, id, requiredValue(types, event)))
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
    decode,
    decodeAny: value => decodeValue(value),
  }
}

function avroTopic(topic: string): AvroTopic {
  const found = avroTopics[topic]
  if (!found) throw new Fault('FLY_BUG', `the map has no topic ${topic}`, { topic })
  return found
}
