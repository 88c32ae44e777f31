import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberWordsToDigits } from '#text/number-words.ts'
import { comparableValues, containsAllValues, sameValues } from '#text/values.ts'

const same = (left: string, right: string): boolean => sameValues(...comparableValues(left, right))

describe('the same value, written in two ways', () => {
  test.each([
    ['$1,200.50', '1200.5 dollars'],
    ['$1.2k', 'USD 1,200'],
    ['1.200,50 EUR', '€1200.50'],
    ['a hundred dollars', '$100'],
    ['twenty-five dollars', 'US$25'],
    ['two thousand three hundred and five shares', '2,305 shares'],
    ['1.5 million', '1,500,000'],
    // The currency is left unsaid.
    ['withdraw 500', 'withdraw $500'],
    ['5 percent', 'five per cent'],
    ['50 basis points', '0.5%'],
    ['2026-03-15', 'March 15th, 2026'],
    ['2026-03-15T10:00:00Z', '15 Mar 2026'],
    ['15.03.2026', '3/15/2026'],
    ['15/03/2026', '15-Mar-2026'],
    // The year is left unsaid.
    ['on March 15', '2026-03-15'],
    ['90 minutes', '1.5 hours'],
    ['1 hour and 30 minutes', '90 min'],
    ['a 3-month chart', 'the chart of three months'],
    ['12 months', 'one year'],
    ['2 weeks', '14 days'],
    ['price of aapl', 'AAPL price'],
    ['$TSLA', 'tsla'],
  ])('%s = %s', (left, right) => {
    expect(same(left, right)).toBe(true)
    expect(comparableValues(left, right)[0]).not.toEqual([])
  })

  test.each([
    ['$500', '€500'],
    ['$500', '$5,000'],
    ['10%', '10'],
    ['March 15', 'March 16'],
    ['2025-03-15', '2026-03-15'],
    // Month first where a day could be meant.
    ['03/04/2026', '4 March 2026 or 3 April 2026'],
    ['June 2026', 'June 15, 2026'],
    ['1 month', '30 days'],
    ['AAPL', 'TSLA'],
    ['buy 10 and sell 10 more', 'buy 10 for $10'],
  ])('but not %s and %s', (left, right) => {
    expect(same(left, right)).toBe(false)
  })
})

test('words that are no numbers stay', () => {
  for (const text of ['the one I sold', 'someone tentative', 'often weighty', 'a share'])
    expect(numberWordsToDigits(text)).toBe(text)
})

test('every number below a million is read from its words', () => {
  const words = (n: number): string => {
    const small =
      'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
        ' ',
      )
    const tens = ' ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
    if (n < 20) return small[n] ?? ''
    if (n < 100) return `${tens[Math.floor(n / 10)]}${n % 10 ? `-${small[n % 10]}` : ''}`
    if (n < 1000) return `${small[Math.floor(n / 100)]} hundred${n % 100 ? ` and ${words(n % 100)}` : ''}`
    return `${words(Math.floor(n / 1000))} thousand${n % 1000 ? ` ${words(n % 1000)}` : ''}`
  }
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 999_999 }), n => {
      expect(numberWordsToDigits(`send ${words(n)} dollars`)).toBe(`send ${n} dollars`)
    }),
  )
})

/** A value in each of its notations. */
const amount = fc.integer({ min: 100, max: 99_999_999 }).map(cents => {
  const plain = (cents / 100).toFixed(2)
  const [whole = '', part] = plain.split('.')
  const grouped = (mark: string): string => whole.replace(/\B(?=(\d{3})+$)/g, mark)
  return [`$${plain}`, `$${grouped(',')}.${part}`, `${plain} dollars`, `USD ${plain}`, `${grouped(',')}.${part} usd`]
})
const monthNames = 'January February March April May June July August September October November December'.split(' ')
const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2089-12-31'), noInvalidDate: true }).map(day => {
  const iso = day.toISOString().slice(0, 10)
  const [year = '', month = '', date = ''] = iso.split('-')
  const name = monthNames[Number(month) - 1] ?? ''
  const short = name.slice(0, 3)
  const us = `${Number(month)}/${Number(date)}/${year}`
  return [iso, `${name} ${Number(date)}, ${year}`, `${Number(date)} ${short} ${year}`, us, `${date}.${month}.${year}`]
})
const duration = fc
  .integer({ min: 2, max: 500 })
  .map(hours => [
    ...[`${hours} hours`, `${hours * 60} minutes`, `${hours - 1} hours and 60 min`, `${hours * 3600} seconds`],
  ])
const percent = fc.integer({ min: 1, max: 9_999 }).map(points => {
  const share = points / 100
  return [`${share}%`, `${share} percent`, `${share} per cent`, `${points} bps`]
})

test.each(Object.entries({ amount, date, duration, percent }))(
  'any two notations of one %s are one value',
  (_kind, some) => {
    const two = some.chain(ways => fc.tuple(fc.constantFrom(...ways), fc.constantFrom(...ways)))
    fc.assert(
      fc.property(two, ([left, right]) => {
        expect(same(`about ${left} or so`, `it is ${right}`), `${left} ${right}`).toBe(true)
      }),
    )
  },
)

test('being the same has no direction; being stated is implied by it', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.oneof(amount, date, duration, percent).chain(ways => fc.constantFrom(...ways)),
        { maxLength: 3 },
      )
      .map(all => all.join(' and ')),
  )
  fc.assert(
    fc.property(text, text, (left, right) => {
      const [one, other] = comparableValues(left, right)
      expect(sameValues(one, other)).toBe(sameValues(other, one))
      if (sameValues(one, other)) expect(containsAllValues(one, other)).toBe(true)
      expect(same(left, left)).toBe(true)
    }),
  )
})
