import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { krippendorffAlpha } from '#statistics/krippendorff-alpha.ts'

/** Rows of reviewers to columns of items; `.` is missing. */
const units = (...reviewers: readonly string[]): string[][] =>
  Array.from(reviewers[0] ?? '', (_value, at) =>
    reviewers.map(values => values.charAt(at)).filter(value => value !== '.'),
  )

describe('published worked examples', () => {
  it.each<[string, number, readonly string[]]>([
    // Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011: its sections A, B and C.
    ['Krippendorff 2011, A: binary, two observers', 0.095, ['0100000010', '1110010000']],
    ['Krippendorff 2011, B: nominal, two observers', 0.692, ['aabbdcccedda', 'babbbccceddd']],
    [
      'Krippendorff 2011, C: nominal, four observers, missing data',
      0.743,
      ['123321412...', '1233224125..', '.33323422513', '12332441251.'],
    ],
    // Wikipedia, Krippendorff's alpha, "A computational example": three coders, fifteen units.
    ['Wikipedia: three coders, missing data', 0.691, ['.....34121133.3', '1.213343.......', '..21344.21133.4']],
  ])('%s', (_name, expected, reviewers) => {
    expect(krippendorffAlpha(units(...reviewers))).toBeCloseTo(expected, 3)
  })
})

describe('laws', () => {
  const value = fc.constantFrom('a', 'b', 'c')
  const anyUnits = fc.array(fc.array(value, { maxLength: 4 }), { maxLength: 20 })

  test('neither the order of items and answers, nor what only one answered, changes it', () => {
    fc.assert(
      fc.property(anyUnits, given => {
        const turned = given.toReversed().map(values => values.toReversed())
        const [before, after] = [krippendorffAlpha(given), krippendorffAlpha([...turned, ['c'], []])]
        if (before === null) expect(after).toBeNull()
        else expect(after).toBeCloseTo(before, 10)
      }),
    )
  })

  test('it is 1 where all agree on more than one value, at most 1 elsewhere, and null where nothing can be compared', () => {
    fc.assert(
      fc.property(anyUnits, given => {
        expect(krippendorffAlpha(given) ?? 1).toBeLessThanOrEqual(1)
        const agreed = [['a', 'a'], ['b', 'b', 'b'], ...given.map(values => values.map(() => values[0] ?? ''))]
        expect(krippendorffAlpha(agreed)).toBe(1)
      }),
    )
    for (const none of [
      [],
      [['a'], ['b']],
      [
        ['a', 'a'],
        ['a', 'a'],
      ],
    ])
      expect(krippendorffAlpha(none)).toBeNull()
  })
})
