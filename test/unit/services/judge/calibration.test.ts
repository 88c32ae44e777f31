import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calibrationOf, rocArea, type ScoredPair } from '#services/judge/calibration.ts'
import { isotonicRegression, probabilityAt } from '#services/judge/isotonic.ts'

const pair = (score: number, right: boolean): ScoredPair => ({ score, right, length: 1, first: null, sameFamily: null })
const somePairs = fc.array(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()).map(([score, right]) => pair(score, right)),
  { minLength: 2, maxLength: 60 },
)

test('the area is 1 for a perfect ranking, one half for ties, and mirrored by turning the verdicts', () => {
  expect(rocArea([pair(0.9, true), pair(0.8, true), pair(0.1, false)])).toBe(1)
  expect(rocArea([pair(0.5, true), pair(0.5, false)])).toBe(0.5)
  expect(rocArea([pair(0.5, true)])).toBeUndefined()
  fc.assert(
    fc.property(somePairs, some => {
      const turned = rocArea(some.map(({ score, right }) => pair(score, !right)))
      const straight = rocArea(some)
      expect(turned === undefined).toBe(straight === undefined)
      if (straight !== undefined && turned !== undefined) expect(straight + turned).toBeCloseTo(1)
    }),
  )
})

test('the area is the share of right and wrong plans that are ranked right', () => {
  fc.assert(
    fc.property(somePairs, some => {
      const [right, wrong] = [true, false].map(kind => some.filter(one => one.right === kind)) as [
        ScoredPair[],
        ScoredPair[],
      ]
      let wins = 0
      for (const { score: high } of right)
        for (const { score: low } of wrong) wins += high > low ? 1 : high === low ? 0.5 : 0
      if (right.length > 0 && wrong.length > 0) expect(rocArea(some)).toBeCloseTo(wins / right.length / wrong.length)
    }),
  )
})

test("kappa, rates and calibration error of Cohen's kind of table, worked by hand", () => {
  // Says right: 40 right and 10 wrong; says wrong: 5 right and 45 wrong. Agreement .85, by chance .5.
  const said = (count: number, score: number, right: boolean) => Array.from({ length: count }, () => pair(score, right))
  const found = calibrationOf([
    ...said(40, 0.9, true),
    ...said(10, 0.9, false),
    ...said(5, 0.1, true),
    ...said(45, 0.1, false),
  ])
  expect(found).toMatchObject({ rows: 100, truePositiveRate: 40 / 45, trueNegativeRate: 45 / 55 })
  expect(found.kappa).toBeCloseTo(0.7)
  // |.9 - .8| on half, |.1 - .1| on half.
  expect(found.calibrationError).toBeCloseTo(0.05)
  expect(calibrationOf([])).toEqual({
    ...{ rows: 0, area: null, kappa: null, truePositiveRate: null, trueNegativeRate: null, calibrationError: null },
  })
})

test('the isotonic map rises, keeps the mean, and leaves what rises already as it is', () => {
  expect(isotonicRegression([pair(0.1, false), pair(0.4, true), pair(0.6, false), pair(0.9, true)])).toEqual([
    { from: 0.1, probability: 0 },
    { from: 0.4, probability: 0.5 },
    { from: 0.9, probability: 1 },
  ])
  expect(probabilityAt([], 0.5)).toBeUndefined()
  fc.assert(
    fc.property(somePairs, some => {
      const steps = isotonicRegression(some)
      const at = some.map(({ score }) => probabilityAt(steps, score) ?? Number.NaN)
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
      expect(mean(at)).toBeCloseTo(mean(some.map(({ right }) => Number(right))))
      for (const [from, step] of steps.entries()) {
        const before = steps[from - 1]
        if (before) expect(step.probability).toBeGreaterThan(before.probability)
      }
    }),
  )
})
