import { expect, test } from 'vitest'
import type { SampleScored } from '#schemas/events.ts'
import { estimateRows, reviewedScores } from '#services/_cli/estimates.ts'

const scored = (sampleId: string, over: Partial<SampleScored> = {}): SampleScored => ({
  ...{ id: `scored-${sampleId}`, parents: [], at: 0, agent: 'desk', sampleId, step: 0, family: 'f', source: 'gold' },
  ...{ question: 'q', plannedTool: 'quote', goldTool: 'quote', score: 1, toolCorrect: true, argumentSimilarity: 1 },
  ...{ answerScore: null, answerFiguresStated: null, rubric: null, prompt: null, model: null, probability: null },
  ...{ exactPlan: null, callF1: null, arguments: [] },
  ...{ figuresEqual: null, refused: null, judge: 'j', trusted: true, evidence: null },
  ...{ inclusionProbability: 0.5, arms: ['random'], ...over },
})

test('rows are weighted by inclusion probability, in all and by stratum, beside the plain mean', () => {
  const rows = [
    scored('a'),
    scored('b', { inclusionProbability: 0.25, toolCorrect: false, plannedTool: 'fees' }),
    scored('c', { agent: 'other' }),
  ]
  const [all, ...rest] = estimateRows(rows, 'accuracy', 'tool')
  expect(all).toMatchObject({ agent: 'desk', stratum: null, rows: 2, mean: expect.closeTo(1 / 3), biasedMean: 0.5 })
  // Two rows are too few for an interval.
  expect(all?.interval).toBeNull()
  expect(rest.map(({ agent, stratum, mean }) => [agent, stratum, mean])).toEqual([
    ['desk', 'quote', 1],
    ['desk', 'fees', 0],
    ['other', null, 1],
    ['other', 'quote', 1],
  ])
})

test('what has no value for a metric does not count', () => {
  expect(estimateRows([scored('a')], 'figures', undefined)).toEqual([])
})

test('corrections, what may be one, untrusted scores and turns after one without gold are left out; the newest score counts', () => {
  const sampled = (sampleId: string, at: number, over: Partial<SampleScored> = {}) =>
    scored(sampleId, { at, source: 'production', ...over })
  const kept = reviewedScores([
    sampled('a', 1),
    sampled('b', 2, { arms: ['random', 'correction'] }),
    sampled('c', 3, { arms: [] }),
    sampled('d', 4),
    sampled('e', 5),
    scored('a', { toolCorrect: false }),
    scored('a'),
    scored('b', { arms: ['random', 'correction'] }),
    scored('c', { arms: [] }),
    scored('d', { trusted: false }),
    scored('e'),
    scored('never selected'),
  ])
  expect(kept.map(({ sampleId, toolCorrect }) => [sampleId, toolCorrect])).toEqual([['a', true]])
})
