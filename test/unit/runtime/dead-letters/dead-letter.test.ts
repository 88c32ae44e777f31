import { expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import { digest } from '#runtime/core/identity.ts'
import { deadLetter, deadLetterSummary, originalRecord } from '#runtime/dead-letters/dead-letter.ts'
import { loadPayload, storePayload } from '#runtime/dead-letters/payload.ts'
import type { LogRecord, NewRecord } from '#runtime/log/event-log.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const service = 'sampler'
const inWireFormat = Buffer.from([0, 0, 0, 0, 7, 1, 2, 3])
const refusal = new Fault('FLY_AGENT', 'the agent is not registered')

const record = (more: Partial<LogRecord> = {}): LogRecord => ({
  ...{ topic: topic.feedback, partition: 2, offset: 14, timestamp: 1_000, key: Buffer.from('k'), value: inWireFormat },
  ...{ headers: { traceparent: '00-aa-bb-01', 'x-source': 'till' } },
  ...more,
})

/** As the log gives it back: at another place, appended later. */
const appended = ({ topic, key, value, partition = 0, headers = {} }: NewRecord, timestamp: number): LogRecord => ({
  ...{ topic, partition, offset: 3, timestamp, value, headers },
  key: typeof key === 'string' ? Buffer.from(key) : key,
})

/** What a re-drive makes of a dead letter. */
const redriven = (letter: NewRecord): LogRecord => appended({ ...letter, topic: retryTopic(service) }, 8_000)

test('a dead letter keeps bytes, key, headers and partition, and says what, where, when and how often', () => {
  const letter = deadLetter(service, record(), refusal, 2)
  expect(letter).toMatchObject({ topic: deadLetterTopic(topic.feedback, service), partition: 2 })
  expect([letter.key, letter.value]).toEqual([Buffer.from('k'), inWireFormat])
  expect(letter.headers).toEqual({
    ...{ traceparent: '00-aa-bb-01', 'x-source': 'till' },
    ...{ 'dlq.topic': topic.feedback, 'dlq.partition': '2', 'dlq.offset': '14', 'dlq.schema-id': '7' },
    ...{ 'dlq.code': 'FLY_AGENT', 'dlq.reason': 'the agent is not registered' },
    ...{ 'dlq.attempts': '2', 'dlq.first-seen': '1000' },
  })
  expect(deadLetterSummary(appended(letter, 5_000))).toMatchObject({
    ...{ refusedAt: 5_000, firstSeen: 1_000, attempts: 2, schemaId: 7, code: 'FLY_AGENT' },
    origin: { topic: topic.feedback, offset: 14 },
  })
})

test('bytes that are not in the wire format have no schema', () => {
  const { headers } = deadLetter(service, record({ value: Buffer.from('not avro at all') }), refusal, 1)
  expect(headers).not.toHaveProperty('dlq.schema-id')
})

test('refused again after a re-drive it goes back where it was, with attempts added up, first seen when it was', () => {
  const again = redriven(deadLetter(service, record(), refusal, 2))
  expect(originalRecord(service, again)).toMatchObject({
    topic: topic.feedback,
    partition: 2,
    offset: 14,
    timestamp: 1_000,
  })
  const letter = deadLetter(service, again, new Fault('FLY_LEAK', 'another reason'), 3)
  expect(letter).toMatchObject({ topic: deadLetterTopic(topic.feedback, service), partition: 2, value: inWireFormat })
  expect(letter.headers).toMatchObject({
    ...{ 'x-source': 'till', 'dlq.topic': topic.feedback, 'dlq.offset': '14', 'dlq.first-seen': '1000' },
    ...{ 'dlq.code': 'FLY_LEAK', 'dlq.reason': 'another reason', 'dlq.attempts': '5' },
  })
})

test('headers of a dead letter mean nothing on a record that was not re-driven, nor to another service', () => {
  const headers = { 'dlq.topic': topic.chatLogs, 'dlq.offset': '99', 'dlq.attempts': '7', 'dlq.first-seen': '5' }
  const forged = record({ headers })
  expect(originalRecord(service, forged)).toBe(forged)
  expect(deadLetter(service, forged, refusal, 1).headers).toMatchObject({
    ...{ 'dlq.topic': topic.feedback, 'dlq.offset': '14', 'dlq.attempts': '1', 'dlq.first-seen': '1000' },
  })
  const others = record({ topic: retryTopic('judge'), headers })
  expect(originalRecord(service, others)).toBe(others)
})

test('what was put by hand among the re-driven counts as a record of the first topic, whatever it says', () => {
  const headers = { 'dlq.topic': 'gossip', 'dlq.offset': 'many', 'dlq.first-seen': '' }
  const byHand = record({ topic: retryTopic(service), headers })
  expect(originalRecord(service, byHand)).toMatchObject({
    topic: topic.chatLogs,
    partition: 2,
    offset: 14,
    timestamp: 1_000,
  })
  expect(deadLetter(service, byHand, refusal, 1).headers?.['dlq.attempts']).toBe('1')
})

test('a long reason is cut: the room belongs to the record', () => {
  const { headers } = deadLetter(service, record(), new Fault('FLY_DECODE', 'x'.repeat(100_000)), 1)
  expect(headers?.['dlq.reason']).toHaveLength(500)
})

test('content that lies apart is found again, also after a second refusal, and other headers do not lead to objects', async () => {
  const kept = new Map<string, Uint8Array>()
  const objects: ObjectStore = {
    put: async content => {
      kept.set(digest(content), content)
      return digest(content)
    },
    get: async name => kept.get(name) ?? Promise.reject(new Fault('FLY_OBJECT', 'missing')),
    has: async name => kept.has(name),
  }
  const large = record({ value: Buffer.alloc(1_040_000, 0xff), headers: { 'x-large': 'y'.repeat(9_000) } })
  const { record: letter, object } = storePayload(deadLetter(service, large, refusal, 1))
  await objects.put(object)
  expect(JSON.stringify(letter).length).toBeLessThan(1_000)
  const again = redriven(letter)
  const first = await loadPayload(again, objects)
  expect(first).toMatchObject({ key: large.key, headers: large.headers })
  expect(first.value?.equals(large.value ?? Buffer.alloc(0))).toBe(true)
  const second = redriven(deadLetter(service, again, new Fault('FLY_LEAK', 'again'), 1))
  const found = await loadPayload(second, objects)
  expect(found.value?.equals(large.value ?? Buffer.alloc(0))).toBe(true)
  expect(found.headers).toMatchObject({ 'dlq.code': 'FLY_LEAK', 'dlq.attempts': '2', ...large.headers })
  const plain = record({ headers: { 'dlq.object': 'f'.repeat(64) } })
  expect(await loadPayload(plain, objects)).toBe(plain)
  kept.clear()
  await expect(loadPayload(second, objects)).rejects.toMatchObject({ code: 'FLY_OBJECT' })
})
