import fc from 'fast-check'
import type { IHeaders } from 'kafkajs'
import { expect, test } from 'vitest'
import { headersFromText, headersToText } from '#runtime/log/kafka/headers.ts'

const bytes = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(String(value)).toString('hex')]))

test('any bytes come back as they were, and text is text', () => {
  fc.assert(
    fc.property(fc.uint8Array(), array => {
      const value = Buffer.from(array)
      const again = headersFromText(headersToText({ value }))['value']
      expect(Buffer.from(again as string).equals(value)).toBe(true)
      expect(JSON.parse(JSON.stringify(headersToText({ value })))).toEqual(headersToText({ value }))
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(headersToText({ text: Buffer.from(text) })).toEqual({ text })
      expect(bytes(headersFromText({ text }))).toEqual(bytes({ text }))
    }),
  )
})

test('of several values the last counts', () => {
  expect(headersToText({ many: [Buffer.from('a'), Buffer.from('b')], none: undefined })).toEqual({ many: 'b' })
})

test('text that lost half of a character is written as text', () => {
  expect(headersFromText({ half: 'ab\ud83d', other: 'é\udc80' })).toEqual({ half: 'ab\ud83d', other: 'é\udc80' })
})
