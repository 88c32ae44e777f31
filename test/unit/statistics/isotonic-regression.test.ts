import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ScoredOutcome } from '#statistics/binary-scores.ts'
import { isotonicRegression, probabilityAt } from '#statistics/isotonic-regression.ts'

const row = (score: number, right: boolean): ScoredOutcome => ({ score, right })
const someRows = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), right: fc.boolean() }), {
  minLength: 2,
  maxLength: 60,
})

test('isotonic regression rises, keeps the mean, and pools only what does not rise', () => {
  expect(isotonicRegression([row(0.1, false), row(0.4, true), row(0.6, false), row(0.9, true)])).toEqual([
    { from: 0.1, probability: 0 },
    { from: 0.4, probability: 0.5 },
    { from: 0.9, probability: 1 },
  ])
  expect(probabilityAt([], 0.5)).toBeUndefined()
  fc.assert(
    fc.property(someRows, some => {
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
