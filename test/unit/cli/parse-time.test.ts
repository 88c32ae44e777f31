import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTime } from '#services/_cli/parse-time.ts'

const now = Date.parse('2026-11-24T12:00:00Z')

test.each([
  ['2026-11-24T11:00:00Z', -3_600_000],
  ['2026-11-24T11:00:00.500+02:00', -10_799_500],
  ['2026-11-24', -43_200_000],
  ['90s', -90_000],
  ['30m', -1_800_000],
  ['2h', -7_200_000],
  ['1d', -86_400_000],
  ['0', -now],
])('%s', (text, fromNow) => {
  expect(parseTime('--since', text, now)).toBe(now + fromNow)
})

test.each([
  '',
  'yesterday',
  '2026-11-24T11:00:00',
  '2026-13-01',
  '2026-02-30',
  '2h30m',
  '-5',
  '1w',
  '99999999999999999',
  '1e3',
])('%o is refused with what would be taken', text => {
  expect(() => parseTime('--until', text, now)).toThrow(/^--until .*give a time such as/)
})

test('what a clock says is taken as it is', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }), date => {
      expect(parseTime('--since', date.toISOString(), now)).toBe(date.getTime())
      expect(parseTime('--since', String(date.getTime()), now)).toBe(date.getTime())
    }),
  )
})
