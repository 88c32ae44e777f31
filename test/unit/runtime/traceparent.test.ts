import fc from 'fast-check'
import { expect, test } from 'vitest'
import { envelope } from '#runtime/emit.ts'
import type { LogRecord } from '#runtime/log.ts'
import { readTraceparent, stepContext, writeTraceparent } from '#runtime/traceparent.ts'
import { topic } from '#topology/names.ts'

const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter(id => !/^0+$/.test(id))
const contexts = fc.record({ traceId: hex(32), spanId: hex(16), sampled: fc.boolean() })

const recordAt = (offset: number, headers: Record<string, string> = {}): LogRecord => ({
  ...{ topic: topic.chatLogs, partition: 2, offset, timestamp: 0 },
  ...{ key: null, value: Buffer.from('x'), headers },
})

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

test('a step stays in the trace of its record and keeps its flag; one without begins under the id of its event', () => {
  const context = readTraceparent(valid)
  expect(stepContext('sampler', recordAt(1, { traceparent: valid }), 'chat-1')).toMatchObject({
    traceId: context?.traceId,
    sampled: true,
  })
  const unsampled = recordAt(1, { traceparent: valid.replace(/1$/, '0') })
  expect(stepContext('sampler', unsampled, 'chat-1').sampled).toBe(false)
  const [here, there] = [stepContext('sampler', recordAt(1), 'chat-1'), stepContext('judge', recordAt(9), 'chat-1')]
  expect(here.traceId).toBe(there.traceId)
  expect(stepContext('sampler', recordAt(1), 'chat-2').traceId).not.toBe(here.traceId)
})

test('a span is the same in a replay, and another one for another service or another record of the same event', () => {
  const spanOf = (service: 'sampler' | 'judge', offset: number) => stepContext(service, recordAt(offset), 'chat').spanId
  expect(spanOf('sampler', 1)).toBe(spanOf('sampler', 1))
  expect(new Set([spanOf('sampler', 1), spanOf('sampler', 2), spanOf('judge', 1)]).size).toBe(3)
})

test('what a record leads to names its step, with or without a span', () => {
  const service = { name: 'sampler', version: 'sampler/v1' } as const
  const record = recordAt(1, { traceparent: valid })
  const emitted = (traceparent?: string) =>
    envelope(service, { id: 'chat', at: 1 }, record, { topic: topic.selectedSamples, event: {} }, 0, traceparent)
  expect(emitted().headers).toEqual({ traceparent: writeTraceparent(stepContext('sampler', record, 'chat')) })
  expect(emitted('given').headers).toEqual({ traceparent: 'given' })
})
