import { expect, test } from 'vitest'
import { loraTrialSettings, tuneLora } from '#planners/linear/lora/tune-lora.ts'
import { countParameters } from '#planners/linear/model/adapter.ts'
import { FEATURE_DIMENSIONS } from '#text/features.ts'
import { examples, requireTuned, tools } from '../makers.ts'

test('several settings are tried, one of them is kept, and it is right on most held families', () => {
  const { trials, settings, adapter, validationAccuracy } = requireTuned(tuneLora(tools, examples(96)))
  expect(trials).toHaveLength(loraTrialSettings(96).length)
  expect(trials.map(trial => trial.settings)).toContain(settings)
  expect(validationAccuracy).toBeGreaterThan(0.8)
  const trainable = settings.rank * (FEATURE_DIMENSIONS + tools.length)
  expect(countParameters(adapter)).toEqual({ trainable, total: FEATURE_DIMENSIONS * tools.length + trainable })
})

test('the same rows give the same adapter, and rows of tools that left the catalogue change nothing', () => {
  const one = loraTrialSettings(64).slice(0, 1)
  const gone = { id: 'x', family: 'x', tool: 'retired', question: 'fax my statement', earlier: [] }
  expect(tuneLora(tools, [...examples(40), gone], one)).toEqual(tuneLora(tools, examples(40), one))
})

test.each([0, 1])('%i rows are too few to train on some families and validate on others', count => {
  expect(tuneLora(tools, examples(count))).toEqual({
    outcome: 'tooFewRows',
    reason: expect.stringMatching(`of ${count} rows`),
  })
})

test('neighbours vote where they know better than the adapter', () => {
  // Each question is there three times with a label of its own, which no weight of single words explains.
  const rows = examples(90).flatMap((example, at) => {
    const tool = tools[(at * 7) % 3]?.name ?? ''
    const question = `${['alpha', 'bravo', 'delta'][at % 3]} ${['echo', 'golf', 'hotel'][(at * 5) % 3]} ${at}`
    return [0, 1, 2].map(copy => ({ ...example, id: `${at}/${copy}`, family: `${at}/${copy}`, tool, question }))
  })
  const settings = loraTrialSettings(270)
    .slice(0, 1)
    .map(trial => ({ ...trial, epochs: 1 }))
  expect(requireTuned(tuneLora(tools, rows, settings)).retrieval).toMatchObject({ neighbours: 10 })
  expect(requireTuned(tuneLora(tools, rows, settings)).retrieval.weight).toBeGreaterThan(0)
})

test('many rows get fewer epochs, so that a run stays short', () => {
  const visits = (rows: number) => Math.max(...loraTrialSettings(rows).map(({ epochs }) => epochs * rows))
  expect(visits(15_000)).toBeLessThanOrEqual(180_000)
  expect(loraTrialSettings(500).some(({ epochs }) => epochs > 20)).toBe(true)
})
