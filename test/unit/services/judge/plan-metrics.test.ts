import { expect, test } from 'vitest'
import { planMetrics } from '#services/judge/plan-metrics.ts'
import type { GoldGrade } from '#services/judge/state.ts'

const row = (goldTool: string | null, plannedTool: string, over: Partial<GoldGrade> = {}): GoldGrade =>
  ({
    ...{ family: 'f', question: 'q', goldTool, plannedTool, toolCorrect: goldTool && goldTool === plannedTool },
    ...{
      score: null,
      argumentSimilarity: null,
      figuresEqual: null,
      answerScore: null,
      inclusionProbability: 1,
      arms: [],
    },
    ...over,
  }) as GoldGrade
const times = (count: number, ...how: Parameters<typeof row>): GoldGrade[] =>
  Array.from({ length: count }, () => row(...how))

test('per-tool precision, recall and F1 and their means, worked by hand', () => {
  // quote: 6 of 8 planned are right, of 9 there are; fees: 3 of 4, of 3; alerts is planned once and never right.
  const found = planMetrics([
    ...times(6, 'quote', 'quote'),
    ...times(1, 'quote', 'fees'),
    ...times(2, 'quote', 'alerts'),
    ...times(3, 'fees', 'fees'),
    ...times(2, 'margin', 'quote'),
    row(null, 'quote'),
  ])
  expect(found).toMatchObject({ rows: 14, accuracy: 9 / 14 })
  expect(found.tools).toEqual([
    { tool: 'alerts', planned: 2, gold: 0, precision: 0, recall: null, f1: 0 },
    { tool: 'fees', planned: 4, gold: 3, precision: 3 / 4, recall: 1, f1: 6 / 7 },
    { tool: 'margin', planned: 0, gold: 2, precision: null, recall: 0, f1: 0 },
    { tool: 'quote', planned: 8, gold: 9, precision: 6 / 8, recall: 6 / 9, f1: 12 / 17 },
  ])
  expect(found.macroF1).toBeCloseTo((6 / 7 + 0 + 12 / 17) / 3)
  expect(found.weightedF1).toBeCloseTo((3 * (6 / 7) + 9 * (12 / 17)) / 14)
  expect(found.confusion).toEqual(
    expect.arrayContaining([
      { gold: 'quote', planned: 'quote', rows: 6 },
      { gold: 'quote', planned: 'alerts', rows: 2 },
      { gold: 'margin', planned: 'quote', rows: 2 },
    ]),
  )
})

test('each argument has its accuracy, and plans are counted as exact', () => {
  const scored = (fault: 'wrong' | null) => ({ tool: 'pay', name: 'amount', score: fault ? 0.5 : 1, fault })
  const found = planMetrics([
    row('pay', 'pay', { exactPlan: true, callF1: 1, arguments: [scored(null)] }),
    row('pay', 'pay', { exactPlan: false, callF1: 0.5, arguments: [scored(null), scored('wrong')] }),
    row('pay', 'pay'),
  ])
  expect(found).toMatchObject({ exactPlans: 0.5, callF1: 0.75 })
  expect(found.arguments).toEqual([{ tool: 'pay', name: 'amount', calls: 3, right: 2, accuracy: 2 / 3 }])
})

test('intent and answers are means over the rows that have them', () => {
  const found = planMetrics([
    row('quote', 'quote', { argumentSimilarity: 0.9, figuresEqual: true, answerScore: 0.5 }),
    row('quote', 'quote', { argumentSimilarity: 0.3, figuresEqual: false }),
    row('quote', 'quote'),
  ])
  expect(found.intent).toEqual({ rows: 2, meanSimilarity: 0.6, belowFloor: 0.5, figuresEqual: 0.5 })
  expect(found.answers).toEqual({ rows: 1, meanScore: 0.5 })
  expect(planMetrics([])).toMatchObject({ rows: 0, accuracy: null, macroF1: null, tools: [], confusion: [] })
})
