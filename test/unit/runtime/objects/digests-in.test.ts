import { describe, expect, test } from 'vitest'
import { createCodec } from '#runtime/codec/codec.ts'
import { toReadableRecord } from '#runtime/codec/readable-record.ts'
import { digest } from '#runtime/core/identity.ts'
import { storePayload } from '#runtime/dead-letters/payload.ts'
import type { NewRecord } from '#runtime/log/event-log.ts'
import { digestsIn } from '#runtime/objects/digests-in.ts'
import { avro } from '#schemas/avro.ts'
import { inMemoryRegistry } from '#test/support/doubles/in-memory-registry.ts'
import { topicDefinitions, topicNames } from '#topology/derive/definitions.ts'
import { decisionsTopic, stateTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const codec = createCodec(inMemoryRegistry(), avro)
await codec.registerSchemas()

const digestsOf = (content: string | Uint8Array): readonly string[] => [...digestsIn(Buffer.from(content))]
const [a, b] = [digest('a'), digest('b')]

/** The digests in a record as the commands read it. */
async function digestsOfRecord({ topic: name, key, value, headers = {} }: NewRecord): Promise<readonly string[]> {
  const at = { topic: name, partition: 0, offset: 0, timestamp: 0 }
  const record = { ...at, key: key === null ? null : Buffer.from(key), value, headers }
  return digestsOf(JSON.stringify(await toReadableRecord(codec, record)))
}

test.each([
  ['nothing', '', []],
  ['a digest alone', a, [a]],
  ['one in text, and another', `{"model":"${a}","of":["${b}"]}`, [a, b]],
  ['one behind other digits', `0f${a}`, [`0f${a.slice(0, 62)}`, `f${a.slice(0, 63)}`, a]],
  ['one that is cut off', a.slice(1), []],
  ['one in capitals, which is no digest', a.toUpperCase(), []],
  ['one in base64', JSON.stringify({ value: Buffer.from(`x${a}`).toString('base64') }), [a]],
  ['one in base64 in base64', Buffer.from(Buffer.from(`xy${a}z`).toString('base64')).toString('base64'), [a]],
])('finds %s', (_what, content, found) => expect(digestsOf(content)).toEqual(found))

type Schema = {
  readonly type: unknown
  readonly name?: string
  readonly fields?: readonly { readonly name: string; readonly type: unknown }[]
  readonly items?: unknown
  readonly values?: unknown
  readonly symbols?: readonly string[]
}

/** An event of a schema with another digest in each of its texts, which are added to `texts`. */
function eventOfDigests(schema: unknown, texts: string[], named = new Map<string, Schema>()): unknown {
  const inner = (type: unknown): unknown => eventOfDigests(type, texts, named)
  if (Array.isArray(schema)) return inner(schema.find(branch => branch !== 'null'))
  if (schema === 'string') return texts[texts.push(digest(`text ${texts.length}`)) - 1]
  if (schema === 'boolean') return true
  if (['int', 'long', 'float', 'double'].includes(String(schema))) return 1
  if (typeof schema === 'string') return inner(named.get(schema) ?? expect.fail(`${schema}: no digest is seen in it`))
  const { type, name, fields = [], items, values, symbols } = schema as Schema
  if (name !== undefined) named.set(name, schema as Schema)
  if (type === 'record') return Object.fromEntries(fields.map(field => [field.name, inner(field.type)]))
  if (type === 'array') return [inner(items)]
  if (type === 'map') return { key: inner(values) }
  return type === 'enum' ? symbols?.[0] : inner(type)
}

describe('a garbage collection sees', () => {
  test.each([...topicNames, decisionsTopic('judge')])('every text of an event of %s', async name => {
    const definition = topicDefinitions[name as keyof typeof topicDefinitions]
    const texts: string[] = []
    const event = eventOfDigests(avro[definition?.event ?? 'DecisionRecorded'], texts) as object
    expect(await digestsOfRecord(codec.record(name, event))).toEqual(expect.arrayContaining(texts))
    expect(texts.length).toBeGreaterThan(0)
  })

  test('the values and keys of a changelog', async () => {
    const value = Buffer.from(JSON.stringify({ pending: a }))
    expect(await digestsOfRecord({ topic: stateTopic('judge'), key: b, value })).toEqual([b, a])
  })

  test('the object that holds a dead letter, and what the record in it names', async () => {
    const value = Buffer.from(`\0${a}\0`)
    const { record, object } = storePayload({ topic: topic.feedback, key: 'c', value, headers: { 'dlq.code': 'x' } })
    expect(await digestsOfRecord(record)).toEqual([digest(object)])
    expect(digestsOf(object)).toEqual([a])
  })
})
