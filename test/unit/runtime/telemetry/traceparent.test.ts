import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { completeEvent } from '#runtime/processing/complete-event.ts'
import {
  propagatedTraceparent,
  readTraceparent,
  rootTraceContext,
  writeTraceparent,
} from '#runtime/telemetry/traceparent.ts'
import { topic } from '#topology/topic-names.ts'

const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter(id => !/^0+$/.test(id))
const contexts = fc.record({ traceId: hex(32), spanId: hex(16), sampled: fc.boolean() })

test('a trace context that is written can be read', () => {
  fc.assert(
    fc.property(contexts, context => {
      expect(readTraceparent(writeTraceparent(context))).toEqual(context)
    }),
  )
})

test('a header of a later version is read as far as it is known, and of flags only the sampled one', () => {
  fc.assert(
    fc.property(contexts, fc.nat(127), ({ traceId, spanId, sampled }, others) => {
      const flags = (others * 2 + Number(sampled)).toString(16).padStart(2, '0')
      const read = { traceId, spanId, sampled }
      expect(readTraceparent(`00-${traceId}-${spanId}-${flags}`)).toEqual(read)
      expect(readTraceparent(`cc-${traceId}-${spanId}-${flags}-what-comes`)).toEqual(read)
      expect(readTraceparent(`00-${traceId}-${spanId}-${flags}-what-comes`)).toBeUndefined()
    }),
  )
})

const valid = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
test.each([
  undefined,
  '',
  'x',
  ` ${valid}`,
  valid.toUpperCase(),
  valid.replace('00-', 'ff-'),
  valid.replace(/0af\w+/, '0'.repeat(32)),
  valid.replace(/b7a\w+/, '0'.repeat(16)),
  valid.slice(0, -1),
])('%j is no trace context', header => {
  expect(readTraceparent(header)).toBeUndefined()
})

test('a valid header is passed on as it came; else a trace begins that follows from the id of the event', () => {
  expect(propagatedTraceparent(valid, 'chat')).toBe(valid)
  expect(propagatedTraceparent(valid.replace(/1$/, '0'), 'chat')).toBe(valid.replace(/1$/, '0'))
  for (const header of [undefined, 'x'])
    expect(readTraceparent(propagatedTraceparent(header, 'chat'))).toEqual(rootTraceContext('chat'))
  expect(rootTraceContext('chat').traceId).not.toBe(rootTraceContext('other').traceId)
})

test('what a record leads to carries its trace, and names the span of its step where there is one', () => {
  const service = { name: 'sampler', version: 'sampler/v1' } as const
  const record: LogRecord = {
    ...{ topic: topic.chatLogs, partition: 2, offset: 1, timestamp: 0 },
    ...{ key: null, value: Buffer.from('x'), headers: { traceparent: valid } },
  }
  const headersWith = (traceparent?: string) =>
    completeEvent(service, { id: 'chat', at: 1 }, record, { topic: topic.selectedSamples, event: {} }, 0, traceparent)
      .headers
  expect(headersWith()).toMatchObject({ traceparent: valid })
  expect(headersWith('of the span')).toMatchObject({ traceparent: 'of the span' })
})
