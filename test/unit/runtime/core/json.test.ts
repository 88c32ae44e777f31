import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactly, parseIfJson } from '#runtime/core/json.ts'

describe('numbers of JSON', () => {
  it.each([
    '{"id":107505301260286111}',
    '[-9223372036854775808,18446744073709551615]',
    '{"a":{"b":[2512292042121000001]}}',
    '{"n":1e400}',
    `[${'9'.repeat(400)}]`,
  ])('that a double cannot hold keep their digits: %s', text => {
    expect(JSON.stringify(parseExactly(text))).toBe(text)
    expect(JSON.stringify(parseIfJson(text))).toBe(text)
  })

  it('that a double can hold are numbers', () => {
    expect(parseExactly('[9007199254740992, 1790000000000, 0.30000000000000004, 12345678901234.5, -0]')).toEqual([
      9007199254740992, 1790000000000, 0.30000000000000004, 12345678901234.5, -0,
    ])
  })

  it('all other values are those of JSON.parse', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(JSON.stringify(parseExactly(text))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })
})
