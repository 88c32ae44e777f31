import avsc from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCodec } from '#runtime/codec/codec.ts'
import type { SchemaRegistry } from '#runtime/registry/schema-registry.ts'
import { avro } from '#schemas/avro.ts'
import { arbitraryEvent } from '#test/support/data/arbitrary-event.ts'
import { userMessage } from '#test/support/data/turns.ts'
import { inMemoryRegistry } from '#test/support/doubles/in-memory-registry.ts'
import { topicDefinitions, topicNames } from '#topology/derive/definitions.ts'
import { decisionsTopic, subject } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const schemas = inMemoryRegistry()
const codec = createCodec(schemas, avro)
await codec.registerSchemas()

const chat = fc.sample(arbitraryEvent('ChatLogged'), { numRuns: 1, seed: 7 })[0] ?? expect.fail()
const bytes = codec.encode(topic.chatLogs, chat)

/** Bytes of an event as another version of its schema writes them. */
async function writtenBy(schema: object, event: object): Promise<Buffer> {
  const other = createCodec(schemas, { ...avro, ChatLogged: schema })
  await other.registerSchemas([topic.chatLogs])
  return other.encode(topic.chatLogs, event)
}

const withFields = (change: (fields: readonly object[]) => readonly object[]) => ({
  ...avro.ChatLogged,
  fields: change(avro.ChatLogged.fields),
})

test.each([...topicNames, decisionsTopic('judge')])('what is encoded for %s is decoded as it was', async name => {
  const event =
    name in topicDefinitions ? topicDefinitions[name as keyof typeof topicDefinitions].event : 'DecisionRecorded'
  await fc.assert(
    fc.asyncProperty(arbitraryEvent(event), async original => {
      const value = codec.encode(name, original)
      const decoded = await codec.decode(name, value)
      expect(decoded).toStrictEqual(original)
      expect(await codec.decodeAny(value)).toStrictEqual(original)
    }),
    { numRuns: 50 },
  )
})

test('values have the wire format of the registry: a zero byte, the number of the schema, Avro', async () => {
  const id = await schemas.register(subject(topic.chatLogs), avro.ChatLogged, 'BACKWARD')
  expect([...bytes.subarray(0, 5)]).toEqual([0, 0, 0, 0, id])
})

test('records and what is in them are plain objects, times are numbers', async () => {
  const decoded = await codec.decode(topic.chatLogs, bytes)
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
  expect(Object.getPrototypeOf(decoded.plan)).toBe(Object.prototype)
  expect(decoded.at).toBe(chat.at)
})

test("subjects are registered under their topic, at the map's level", () => {
  expect(schemas.registered.get(subject(topic.scoredSamples))).toBe('FULL_TRANSITIVE')
  expect(schemas.registered.get(subject(topic.chatLogs))).toBe('BACKWARD')
})

test('a record lies under the key that the map names', () => {
  const record = codec.record(topic.chatLogs, { ...chat, conversationId: 'c-1' }, { traceparent: 'x' })
  expect(record).toMatchObject({ topic: topic.chatLogs, key: 'c-1', headers: { traceparent: 'x' } })
  expect(codec.record(topic.chatLogs, chat)).not.toHaveProperty('headers')
  const { conversationId: _, ...keyless } = chat
  expect(() => codec.record(topic.chatLogs, keyless)).toThrow(expect.objectContaining({ code: 'FLY_ENCODE' }))
})

test('an event of any size is encoded', async () => {
  const large = { ...chat, question: 'ü'.repeat(700_000) }
  expect(await codec.decode(topic.chatLogs, codec.encode(topic.chatLogs, large))).toStrictEqual(large)
})

test('what does not fit is FLY_ENCODE that names each field and quotes no value', () => {
  const wrong = {
    ...{ ...chat, question: 17, plan: { ...chat.plan, planner: ['secret'] } },
    earlier: [userMessage('fine'), { ...userMessage('fine'), text: { secret: 'text' } }],
  }
  const reasons =
    'question must be string, not number; earlier.1.text must be string, not object; plan.planner must be union:unwrapped, not array'
  expect(() => codec.encode(topic.chatLogs, wrong)).toThrow(
    expect.objectContaining({
      code: 'FLY_ENCODE',
      message: `an event for ${topic.chatLogs} does not fit: ${reasons}`,
      cause: undefined,
    }),
  )
})

test('a number that readers would take for another is FLY_ENCODE', () => {
  for (const at of [2 ** 52, -(2 ** 52) - 1])
    expect(() => codec.encode(topic.chatLogs, { ...chat, at })).toThrow(expect.objectContaining({ code: 'FLY_ENCODE' }))
})

test('topics that were not prepared, or are not of the map, are FLY_BUG', async () => {
  const fresh = createCodec(schemas, avro)
  expect(() => fresh.encode(topic.chatLogs, chat)).toThrow(expect.objectContaining({ code: 'FLY_BUG' }))
  expect(() => codec.encode('no-such-topic', chat)).toThrow(expect.objectContaining({ code: 'FLY_BUG' }))
})

test('records of an older version get the defaults of what they lack, of a newer one lose what is unknown', async () => {
  const { earlierCut: _, ...before } = chat
  const older = withFields(fields => fields.filter(field => 'name' in field && field.name !== 'earlierCut'))
  expect(await codec.decode(topic.chatLogs, await writtenBy(older, before))).toStrictEqual({ ...chat, earlierCut: 0 })
  const newer = withFields(fields => [{ name: 'mood', type: { type: 'array', items: 'string' } }, ...fields])
  const value = await writtenBy(newer, { ...chat, mood: ['glad', 'calm'] })
  expect(await codec.decode(topic.chatLogs, value)).toStrictEqual(chat)
})

test('a number of 64 bits in a field that we do not read is skipped, in one that we read it is FLY_DECODE', async () => {
  const nanoseconds = avsc.Type.forSchema('long').toBuffer(0)
  const largest = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
  const span = { type: 'record', name: 'Span', fields: [{ name: 'nanos', type: ['null', 'long'] }] }
  for (const [type, value] of [
    ['long', largest],
    [
      { type: 'array', items: span },
      Buffer.concat([avsc.Type.forSchema('long').toBuffer(1), Buffer.from([2]), largest, nanoseconds]),
    ],
  ] as const) {
    const newer = withFields(fields => [{ name: 'spanNanos', type }, ...fields])
    const id = await schemas.register('newer', newer, 'NONE')
    const wire = Buffer.from([0, 0, 0, 0, id])
    const decoded = await codec.decode(topic.chatLogs, Buffer.concat([wire, value, bytes.subarray(5)]))
    expect(decoded).toStrictEqual(chat)
  }
  const isAt = (field: object): boolean => 'name' in field && field.name === 'at'
  const reordered = withFields(fields => [...fields.filter(isAt), ...fields.filter(field => !isAt(field))])
  const value = await writtenBy(reordered, chat)
  const afterAt = 5 + avsc.Type.forSchema('long').toBuffer(chat.at).length
  const unsafe = Buffer.concat([value.subarray(0, 5), largest, value.subarray(afterAt)])
  await expect(codec.decode(topic.chatLogs, unsafe)).rejects.toMatchObject({
    code: 'FLY_DECODE',
    message: expect.stringContaining('beyond'),
  })
})

test('a version that leaves out what we need is FLY_DECODE', async () => {
  const { question: _, ...without } = chat
  const older = withFields(fields => fields.filter(field => 'name' in field && field.name !== 'question'))
  await expect(codec.decode(topic.chatLogs, await writtenBy(older, without))).rejects.toMatchObject({
    code: 'FLY_DECODE',
    message: expect.stringContaining('question'),
  })
})

test.each([
  ['nothing', () => Buffer.alloc(0), 'too short'],
  ['a head alone', () => bytes.subarray(0, 4), 'too short'],
  ['JSON', () => Buffer.from('{"a": "text"}'), 'first byte is 123'],
  ['an unknown schema', () => Buffer.concat([Buffer.from([0, 9, 9, 9, 9]), bytes.subarray(5)]), 'no schema 151587081'],
  ['no value', () => bytes.subarray(0, 5), 'ends too early'],
  ['a cut-off value', () => bytes.subarray(0, -1), 'ends too early'],
  ['bytes after the value', () => Buffer.concat([bytes, Buffer.from([0])]), '1 bytes follow'],
])('%s is FLY_DECODE with the reason', async (_what, make, reason) => {
  const failure = codec.decode(topic.chatLogs, make())
  await expect(failure).rejects.toMatchObject({ code: 'FLY_DECODE', message: expect.stringContaining(reason) })
})

test('an event of another topic is FLY_DECODE', async () => {
  const feedback = fc.sample(arbitraryEvent('FeedbackGiven'), 1)[0] ?? {}
  await expect(codec.decode(topic.chatLogs, codec.encode(topic.feedback, feedback))).rejects.toMatchObject({
    code: 'FLY_DECODE',
    message: expect.stringContaining('FeedbackGiven, not of ChatLogged'),
  })
})

test('a registry that cannot be reached is not a fault of the record', async () => {
  const unreachable: SchemaRegistry = { ...schemas, schema: () => Promise.reject(new Error('connection refused')) }
  await expect(createCodec(unreachable, avro).decode(topic.chatLogs, bytes)).rejects.toThrow('connection refused')
})

test('damaged bytes are an event or FLY_DECODE, at once: never another error, never a hang', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 5, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      async damages => {
        const damaged = Buffer.from(bytes)
        for (const [at, byte] of damages) damaged[at] = byte
        const outcome = await codec.decode(topic.chatLogs, damaged).catch(error => error.code)
        expect(typeof outcome === 'object' || outcome === 'FLY_DECODE').toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
