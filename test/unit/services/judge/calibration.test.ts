import { expect, test } from 'vitest'
import { calibrationOf, type ScoredPair } from '#services/judge/calibration.ts'

const pairs = (count: number, score: number, right: boolean): ScoredPair[] =>
  Array.from({ length: count }, () => ({ score, right, length: 1, first: null, sameFamily: null }))

test('a score of one half or more calls a plan right; rates are of the plans that gold calls so', () => {
  expect(
    calibrationOf([
      ...pairs(40, 0.9, true),
      ...pairs(10, 0.9, false),
      ...pairs(5, 0.1, true),
      ...pairs(45, 0.1, false),
    ]),
  ).toEqual({
    rows: 100,
    // Pairs of a right and a wrong plan: 40 * 45 are ranked right, 40 * 10 and 5 * 45 are tied and count half.
    area: expect.closeTo((40 * 45 + (40 * 10 + 5 * 45) / 2) / (45 * 55)),
    kappa: expect.closeTo(0.7),
    truePositiveRate: 40 / 45,
    trueNegativeRate: 45 / 55,
    calibrationError: expect.closeTo(0.05),
  })
})

test('without pairs nothing is known', () => {
  expect(calibrationOf([])).toEqual({
    ...{ rows: 0, area: null, kappa: null, truePositiveRate: null, trueNegativeRate: null, calibrationError: null },
  })
})
