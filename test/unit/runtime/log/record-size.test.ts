import { describe, expect, test } from 'vitest'
import { headersSize, maxKeyAndHeaderBytes, maxValueBytes, recordSize } from '#runtime/log/record-size.ts'

const record = { topic: 't', key: 'key', value: Buffer.alloc(100), headers: { name: 'value' } }

describe('the size of a record', () => {
  test('is the bytes of key, value and headers, and 10 for each header', () => {
    expect(recordSize(record)).toBe(100 + 3 + 4 + 5 + 10)
    expect(recordSize({ topic: 't', key: null, value: null })).toBe(0)
    expect(headersSize({ a: 'ü' })).toBe(1 + 2 + 10)
  })

  test('counts one byte for a header byte that is not UTF-8', () => {
    expect(headersSize({ a: '\udcff\udc80' })).toBe(1 + 2 + 10)
  })

  test('has limits, one for the value and one for key and headers', () => {
    const largest = { topic: 't', key: 'k'.repeat(maxKeyAndHeaderBytes), value: Buffer.alloc(maxValueBytes) }
    expect(recordSize(largest)).toBe(maxKeyAndHeaderBytes + maxValueBytes)
    const tooLarge = expect.objectContaining({ code: 'FLY_TOO_LARGE' })
    expect(() => recordSize({ ...largest, key: `${largest.key}k` })).toThrow(tooLarge)
    expect(() => recordSize({ ...largest, headers: { a: '' } })).toThrow(tooLarge)
    expect(() => recordSize({ ...largest, value: Buffer.alloc(maxValueBytes + 1) })).toThrow(tooLarge)
  })
})
