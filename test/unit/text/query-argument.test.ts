import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extractValues } from '#text/extract-values.ts'
import { queryArgument } from '#text/query-argument.ts'

describe('queryArgument', () => {
  test.each([
    ['Hi there, could you please tell me how AAPL did in May 2025? Thanks!', 'how AAPL did in May 2025'],
    ['Please sell 1,200 shares of $TSLA at $5.50', 'sell 1,200 shares of $TSLA at $5.50'],
    ["I'd like to close   my account.", 'close my account'],
    ['please', 'please'],
    ['?!', ''],
  ])('%s', (question, argument) => {
    expect(queryArgument(question)).toBe(argument)
  })

  test('condensing twice changes nothing more, and it is never longer than 400 characters', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 120 }), text => {
        const once = queryArgument(text)
        expect(once.length).toBeLessThanOrEqual(400)
        expect(queryArgument(once)).toBe(once)
      }),
    )
  })

  test('keeps every figure', () => {
    const parts = [
      'hello',
      'please',
      '$1,200.50',
      '5%',
      '100 shares',
      'AAPL',
      '2026-03-01',
      'March 3, 2025',
      'tell me',
      'yesterday',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 8 }), chosen => {
        const question = chosen.join(' about ')
        expect(extractValues(queryArgument(question))).toEqual(extractValues(question))
      }),
    )
  })
})
