import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calibrationError, cohensKappa, rocArea, type ScoredOutcome } from '#statistics/binary-scores.ts'

const row = (score: number, right: boolean): ScoredOutcome => ({ score, right })
const someRows = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), right: fc.boolean() }), {
  minLength: 2,
  maxLength: 60,
})

test('the area is 1 for a perfect ranking, one half for ties, and mirrored by turning the verdicts', () => {
  expect(rocArea([row(0.9, true), row(0.8, true), row(0.1, false)])).toBe(1)
  expect(rocArea([row(0.5, true), row(0.5, false)])).toBe(0.5)
  expect(rocArea([row(0.5, true)])).toBeUndefined()
  fc.assert(
    fc.property(someRows, some => {
      const turned = rocArea(some.map(({ score, right }) => row(score, !right)))
      const straight = rocArea(some)
      expect(turned === undefined).toBe(straight === undefined)
      if (straight !== undefined && turned !== undefined) expect(straight + turned).toBeCloseTo(1)
    }),
  )
})

test('the area is the share of pairs of a right and a wrong row in which the right one scores higher, ties counting half', () => {
  fc.assert(
    fc.property(someRows, some => {
      const right = some.filter(one => one.right)
      const wrong = some.filter(one => !one.right)
      let wins = 0
      for (const { score: high } of right)
        for (const { score: low } of wrong) wins += high > low ? 1 : high === low ? 0.5 : 0
      if (right.length > 0 && wrong.length > 0) expect(rocArea(some)).toBeCloseTo(wins / right.length / wrong.length)
    }),
  )
})

test("Cohen's kappa, worked by hand", () => {
  const rows = (count: number, predicted: boolean, right: boolean) =>
    Array.from({ length: count }, () => ({ predicted, right }))
  // Agreement is .85, by chance it would be .5.
  expect(
    cohensKappa([
      ...rows(40, true, true),
      ...rows(10, true, false),
      ...rows(5, false, true),
      ...rows(45, false, false),
    ]),
  ).toBeCloseTo(0.7)
  expect(cohensKappa(rows(3, true, true))).toBeUndefined()
  expect(cohensKappa([])).toBeUndefined()
})

test('the calibration error is the gap of each bin, weighted by its rows', () => {
  const rows = (count: number, score: number, right: boolean) => Array.from({ length: count }, () => row(score, right))
  // |.9 - .8| on half of the rows, |.1 - .1| on the other half.
  expect(
    calibrationError([...rows(40, 0.9, true), ...rows(10, 0.9, false), ...rows(5, 0.1, true), ...rows(45, 0.1, false)]),
  ).toBeCloseTo(0.05)
  expect(calibrationError([])).toBeUndefined()
})
