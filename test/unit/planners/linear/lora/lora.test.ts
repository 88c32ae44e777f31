import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitLora, type LoraSettings } from '#planners/linear/lora/lora.ts'
import { validateWeights } from '#planners/linear/lora/validation.ts'
import { mergeAdapter } from '#planners/linear/model/adapter.ts'
import { baseWeights as describeTools, scoreTools } from '#planners/linear/model/weights.ts'
import { FEATURE_DIMENSIONS, featurize } from '#text/features.ts'
import { examples, tools } from '../makers.ts'

const names = tools.map(({ name }) => name)
const base = describeTools(tools)
const settings: LoraSettings = {
  rank: 4,
  alpha: 8,
  epochs: 12,
  rate: 0.02,
  decay: 0.5,
  scale: 5,
  dropout: 0.3,
  batch: 8,
  seed: 1,
}
const rows = examples(64).map(({ tool, question }) => ({ vector: featurize(question), tool: names.indexOf(tool) }))
const adapter = fitLora(rows, base, names, settings)

test('merged weights answer as base plus adapter do, within 1e-4', () => {
  const merged = mergeAdapter(base, adapter)
  fc.assert(
    fc.property(fc.lorem({ maxCount: 12 }), text => {
      const vector = featurize(text)
      const { rank, alpha, a, b } = adapter
      const own = scoreTools(base, vector, new Float64Array(tools.length))
      scoreTools(merged, vector, new Float64Array(tools.length)).forEach((served, tool) => {
        let change = 0
        for (let r = 0; r < rank; r++) {
          const hidden = [...vector.indices].reduce(
            (sum, f, at) => sum + (a[f * rank + r] ?? 0) * (vector.values[at] ?? 0),
            0,
          )
          change += (b[tool * rank + r] ?? 0) * hidden
        }
        expect(Math.abs(served - ((own[tool] ?? 0) + (alpha / rank) * change))).toBeLessThan(1e-4)
      })
    }),
  )
})

test('training lowers the loss and leaves the base weights alone', () => {
  const lossAfter = (epochs: number) =>
    validateWeights(mergeAdapter(base, fitLora(rows, base, names, { ...settings, epochs })), rows).logLoss
  expect(lossAfter(settings.epochs)).toBeLessThan(lossAfter(1) / 2)
  expect(base).toEqual(describeTools(tools))
})

test('an untrained adapter changes nothing: B starts at zero', () => {
  const untrained = fitLora(rows, base, names, { ...settings, epochs: 0 })
  expect(untrained.a.some(value => value !== 0)).toBe(true)
  expect(mergeAdapter(base, untrained)).toEqual(base)
})

test('the same rows and seed give the same adapter; another seed another', () => {
  expect(fitLora(rows, base, names, settings)).toEqual(adapter)
  expect(fitLora(rows, base, names, { ...settings, seed: 2 })).not.toEqual(adapter)
})

test('a row of weight 0 teaches nothing', () => {
  const wrong = rows.slice(0, 8).map(row => ({ ...row, tool: (row.tool + 1) % tools.length, weight: 0 }))
  const taught = fitLora(wrong, base, names, { ...settings, decay: 0 })
  expect(taught.b.every(value => value === 0)).toBe(true)
})

test('an adapter of another shape is refused', () => {
  const narrow = { tools: 3, values: base.values.slice(0, 3 * FEATURE_DIMENSIONS) }
  expect(() => mergeAdapter(narrow, adapter)).toThrow('does not fit')
})
