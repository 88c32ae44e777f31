import { describe, expect, test } from 'vitest'
import { extractValues, haveSameValues } from '#text/extract-values.ts'

describe('extractValues', () => {
  test.each([
    ['$1,200.50 and 5k euros', ['amount:1200.5:USD', 'amount:5000:EUR']],
    ['£2.5 million', ['amount:2500000:GBP']],
    ['7% or 7 percent', ['percent:7']],
    ['buy 100 shares', ['quantity:100']],
    ['2026-03-01, 3/1/26, 3/1/2026, March 1st, 2026 and 1 March 2026', ['date:2026-03-01']],
    ['on Sept 5', ['date:09-05']],
    ['in June 2024, all of 2023, last month', ['date:2023', 'date:2024-06', 'date:last-month']],
    ['AAPL, $MSFT and BRK.B in my IRA', ['ticker:AAPL', 'ticker:BRK.B', 'ticker:MSFT']],
    ['my 401k and 401(k)', []],
    ['SELL MY SHARES OF $TSLA', ['ticker:TSLA']],
    ['may I march on?', []],
  ])('%s', (text, expected) => {
    expect(extractValues(text)).toEqual(expected)
  })

  test('two ways to write the same figures compare as equal', () => {
    expect(haveSameValues('send 1.5k dollars on 3/4/2026', 'On March 4, 2026 send $1,500')).toBe(true)
    expect(haveSameValues('send $1,500', 'send $1,600')).toBe(false)
  })
})
