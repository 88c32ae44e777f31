import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitLora, type LoraSettings } from '#planners/linear/lora/lora.ts'
import { loraTrialSettings, tuneLora } from '#planners/linear/lora/tune-lora.ts'
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
const { adapter, losses } = fitLora(rows, base, names, settings)

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
  expect(losses).toHaveLength(settings.epochs)
  expect(losses.at(-1) ?? 0).toBeLessThan((losses[0] ?? 0) / 2)
  expect(base).toEqual(describeTools(tools))
})

test('an untrained adapter changes nothing: B starts at zero', () => {
  const untrained = fitLora(rows, base, names, { ...settings, epochs: 0 }).adapter
  expect(untrained.a.some(value => value !== 0)).toBe(true)
  expect(mergeAdapter(base, untrained)).toEqual(base)
})

test('the same rows and seed give the same adapter; another seed another', () => {
  expect(fitLora(rows, base, names, settings).adapter).toEqual(adapter)
  expect(fitLora(rows, base, names, { ...settings, seed: 2 }).adapter).not.toEqual(adapter)
})

test('a row of weight 0 teaches nothing', () => {
  const wrong = rows.slice(0, 8).map(row => ({ ...row, tool: (row.tool + 1) % tools.length, weight: 0 }))
  const { adapter: taught } = fitLora(wrong, base, names, { ...settings, decay: 0 })
  expect(taught.b.every(value => value === 0)).toBe(true)
})

test('an adapter of another shape is refused', () => {
  expect(() => mergeAdapter({ tools: 3, values: base.values.slice(0, 3 * FEATURE_DIMENSIONS) }, adapter)).toThrow(
    RangeError,
  )
  expect(() => fitLora([], base, names, settings)).toThrow(RangeError)
})

test('tuning tries several settings, keeps one of them and beats the base on held families', () => {
  const tuned = tuneLora(tools, examples(96))
  expect(tuned.tries).toHaveLength(loraTrialSettings(96).length)
  expect(tuned.tries.map(tried => tried.settings)).toContain(tuned.settings)
  expect(tuned.validationAccuracy).toBeGreaterThan(0.8)
  expect(tuned.trainableParameters).toBe(tuned.settings.rank * (FEATURE_DIMENSIONS + tools.length))
  expect(tuned.totalParameters).toBe(FEATURE_DIMENSIONS * tools.length + tuned.trainableParameters)
  expect(tuned.blend.weight).toBeGreaterThanOrEqual(0)
  expect(tuned.blend.weight).toBeLessThanOrEqual(1)
})

test('tuning is deterministic and ignores rows of tools that left the catalogue', () => {
  const one = loraTrialSettings(64).slice(0, 1)
  const gone = { id: 'x', family: 'x', tool: 'retired', question: 'fax my statement' }
  expect(tuneLora(tools, [...examples(40), gone], one)).toEqual(tuneLora(tools, examples(40), one))
})

test('many rows get fewer epochs, so that a run stays short', () => {
  const visits = (rows: number) => Math.max(...loraTrialSettings(rows).map(({ epochs }) => epochs * rows))
  expect(visits(15_000)).toBeLessThanOrEqual(180_000)
  expect(loraTrialSettings(500).some(({ epochs }) => epochs > 20)).toBe(true)
})
