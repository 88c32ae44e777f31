import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  logistic,
  logOddsOf,
  type OnlineRegression,
  priorRegression,
  updateRegression,
} from '#statistics/online-logistic-regression.ts'
import { gaussian, mulberry32 } from '#statistics/random.ts'

const variance = 1
const truth = [0.5, 2, -1.5, 0]

function rows(seed: number, count: number): { features: number[]; right: boolean }[] {
  const random = mulberry32(seed)
  return Array.from({ length: count }, () => {
    const features = [1, gaussian(random), gaussian(random), gaussian(random)]
    return { features, right: random() < logistic(logOddsOf(truth, features)) }
  })
}
const after = (seed: number, count: number, from: OnlineRegression): OnlineRegression =>
  rows(seed, count).reduce((fit, { features, right }) => updateRegression(fit, features, right, variance), from)

test('it finds the weights that made the rows, from any belief beforehand', () => {
  for (const beforehand of [truth, [0, 0, 0, 0], [-1, 1, 1, 1]]) {
    const { weights, rows: seen } = after(5, 3_000, priorRegression(beforehand, variance))
    expect(seen).toBe(3_000)
    for (const [at, weight] of weights.entries()) expect(Math.abs(weight - (truth[at] ?? 0))).toBeLessThan(0.25)
  }
})

test('what was learned is unlearned when the world turns', () => {
  const turned = rows(7, 4_000).reduce(
    (fit, { features, right }) => updateRegression(fit, features, !right, variance),
    after(5, 3_000, priorRegression([0, 0, 0, 0], variance)),
  )
  expect(turned.weights[1]).toBeLessThan(-0.5)
})

test('the covariance stays symmetric and positive, the weights finite, whatever comes', () => {
  const row = fc.tuple(
    fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 3, maxLength: 3 }),
    fc.boolean(),
  )
  fc.assert(
    fc.property(fc.array(row, { maxLength: 100 }), some => {
      const { weights, covariance } = some.reduce(
        (fit, [features, right]) => updateRegression(fit, features, right, variance),
        priorRegression([0.2, 3, -2], variance),
      )
      expect(weights.every(Number.isFinite)).toBe(true)
      for (const [at, line] of covariance.entries()) {
        expect(line[at]).toBeGreaterThan(0)
        for (const [to, value] of line.entries()) expect(value).toBeCloseTo(covariance[to]?.[at] ?? Number.NaN, 6)
      }
    }),
  )
})
