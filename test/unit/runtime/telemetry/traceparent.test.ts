import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  propagatedTraceparent,
  readTraceparent,
  rootTraceContext,
  writeTraceparent,
} from '#runtime/telemetry/traceparent.ts'

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
