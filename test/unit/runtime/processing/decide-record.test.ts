import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import { deriveId } from '#runtime/core/identity.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { maxValueBytes } from '#runtime/log/record-size.ts'
import type { AnyDecision, Rule } from '#runtime/processing/any-service.ts'
import { decideRecord } from '#runtime/processing/decide-record.ts'
import { State } from '#runtime/state/state.ts'
import { retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { chatLog, codec, eventsOf } from './support.ts'

const feedback = { agent: 'desk', conversationId: 'c', turnId: 't', rating: 'up', comment: '' }
const turn = { id: 'input', at: 7 }

/** What a rule of the sampler's name makes of a record, whatever its event says. */
function decided(decide: () => AnyDecision, record: LogRecord = chatLog(1), traceparent?: string) {
  const rule: Rule = { name: 'sampler', version: 'rule/v1', decide }
  return decideRecord(rule, record, { topic: topic.chatLogs, event: turn }, undefined, new State(), codec, traceparent)
}
const emits =
  (...events: readonly object[]) =>
  (): AnyDecision => ({ emit: events.map(event => ({ topic: topic.feedback, event })) })
const headersOf = (record: LogRecord, traceparent?: string) =>
  decided(emits(feedback), record, traceparent).outputs[0]?.headers

test('an event gets an id from rule, input and index, its parents, and the time of the input', async () => {
  const { ids, outputs } = decided(() => ({
    emit: [
      { topic: topic.feedback, event: feedback },
      { topic: topic.feedback, event: feedback, parents: ['other'] },
    ],
  }))
  expect(ids).toEqual([0, 1].map(index => deriveId('rule/v1', 'input', index)))
  expect(await eventsOf(topic.feedback, outputs)).toMatchObject([
    { id: ids[0], parents: ['input'], at: 7 },
    { id: ids[1], parents: ['input', 'other'], at: 7 },
  ])
})

test('no event is dated before its input, nor before anything else that it follows from', () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 5 }),
      async (at, others) => {
        const emit = others.map(notBefore => ({ topic: topic.feedback, event: feedback, notBefore }))
        const rule: Rule = { name: 'sampler', version: 'rule/v1', decide: () => ({ emit }) }
        const input = { topic: topic.chatLogs, event: { id: 'input', at } }
        const { outputs } = decideRecord(rule, chatLog(1), input, undefined, new State(), codec)
        expect(await eventsOf(topic.feedback, outputs)).toMatchObject(
          others.map(notBefore => ({ at: Math.max(at, notBefore ?? 0) })),
        )
      },
    ),
  ))

test('outputs continue the trace of the record, or name its span where it has one', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const record = { ...chatLog(1), headers: { traceparent } }
  expect(headersOf(record)).toMatchObject({ traceparent })
  expect(headersOf(record, 'of the span')).toMatchObject({ traceparent: 'of the span' })
})

test('outputs carry when the first record of their chain was appended, for a re-driven one when it was first consumed', () => {
  expect(headersOf({ ...chatLog(1), timestamp: 5_000 })).toMatchObject({ began: '5000' })
  expect(headersOf({ ...chatLog(1), timestamp: 5_000, headers: { began: '400' } })).toMatchObject({ began: '400' })
  const redriven = {
    ...chatLog(1),
    topic: retryTopic('sampler'),
    timestamp: 90_000,
    headers: { 'dlq.first-seen': '1000' },
  }
  expect(headersOf(redriven)).toMatchObject({ began: '1000' })
})

test('a fault of the rule is passed on; any other error is FLY_BUG with the position of the record', () => {
  const fault = new Fault('FLY_LEAK', 'a family is on both sides')
  const failing = (error: Error) => () =>
    decided(() => {
      throw error
    }, chatLog(3))
  expect(failing(fault)).toThrow(fault)
  expect(failing(new TypeError('no such field'))).toThrow(
    expect.objectContaining({ code: 'FLY_BUG', message: expect.stringContaining(`${topic.chatLogs}/0@3`) }),
  )
})

test.each([
  ['FLY_ENCODE', { ...feedback, rating: 5 }],
  ['FLY_TOO_LARGE', { ...feedback, comment: 'x'.repeat(maxValueBytes) }],
])('%s when an event does not fit', (code, event) => {
  expect(() => decided(emits(event))).toThrow(expect.objectContaining({ code }))
})
