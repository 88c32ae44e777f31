import type { GoldAnswered, SampleScored, SampleWidened } from '#schemas/events.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import type { Facts } from '#services/curator/decide.ts'
import { call, planOf, turnFields, userMessage } from '#test/support/data/turns.ts'
import { topic } from '#topology/topic-names.ts'

export const facts = {
  budgets: {
    sampleShare: 0.2,
    reviewersPerItem: 1,
    overlapShare: 0,
    newGoldForDataset: 30,
    evaluationShare: 0.3,
    syntheticShare: 0.5,
    arms: { impact: 0.1, underrepresented: 0.1, random: 0.1 },
  },
  tools: ['quote', 'fees', 'margin'],
} satisfies NonNullable<Facts>

const envelope = { parents: [], at: 1000, agent: 'desk' }

const goldTool = (n: number): string => facts.tools[n % facts.tools.length] ?? ''

export function gold(n: number, over: Partial<GoldAnswered> = {}): GoldAnswered {
  const tool = goldTool(n)
  return {
    ...envelope,
    id: `gold-${n}`,
    sampleId: `sample-${n}`,
    conversationId: `talk-${n}`,
    turnId: `turn-${n}`,
    step: 0,
    family: `family-${n}`,
    question: `${words(n)} ${tool}`,
    ...turnFields,
    plan: planOf(tool, '', { confidence: 1, margin: 1 }),
    outcome: 'agreed',
    verdict: 'right',
    calls: [call(tool, 'it')],
    answer: null,
    notes: [],
    reviewers: ['ann'],
    agreement: 1,
    adjudicator: null,
    confidence: null,
    score: 1,
    inclusionProbability: 0.5,
    correction: false,
    latencyMs: null,
    ...over,
  }
}

export function widened(n: number, accepted = 0, over: Partial<SampleWidened> = {}): SampleWidened {
  const { id, sampleId, family } = gold(n)
  const tool = goldTool(n)
  const variants = Array.from({ length: accepted + 1 }, (_, at) => ({
    variantId: `variant-${n}-${at}`,
    question: `${words(1000 + n * 10 + at)} ${tool}`,
    calls: [call(tool, 'it')],
    operator: 'synonym' as const,
    fate: at < accepted ? ('accepted' as const) : ('label' as const),
    plannedTool: tool,
  }))
  return { ...envelope, id: `widened-${n}`, goldId: id, sampleId, family, tool, variants, ...over }
}

export function scored(n: number, over: Partial<SampleScored> = {}): SampleScored {
  const { sampleId, family, question } = gold(n)
  const tool = goldTool(n)
  return {
    ...envelope,
    id: `scored-${n}`,
    sampleId,
    step: 0,
    family,
    source: 'gold',
    question,
    plannedTool: tool,
    goldTool: tool,
    score: 1,
    toolCorrect: true,
    argumentSimilarity: 1,
    figuresEqual: true,
    ...{ exactPlan: true, callF1: 1, arguments: [] },
    ...{ answerScore: null, answerFiguresStated: null, rubric: null, prompt: null, model: null, probability: null },
    refused: null,
    judge: 'judge/v1',
    trusted: true,
    evidence: null,
    inclusionProbability: 0.5,
    arms: [],
    ...over,
  }
}

/** Five made-up words, different for each number: no two questions are alike unless a test says so. */
export function words(n: number): string {
  let seed = n * 7919 + 13
  const letters = () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return 'bcdfglmnprst'[seed % 12] ?? ''
  }
  return Array.from({ length: 5 }, () => `${letters()}a${letters()}o${letters()}${letters()}e`).join(' ')
}

export function row(id: string, over: Partial<DatasetRow> = {}): DatasetRow {
  const n = Number(id.replace(/\D/g, ''))
  return {
    id,
    family: `family-${id}`,
    messages: [userMessage(words(n))],
    calls: [call('quote', 'it')],
    synthetic: false,
    inclusionProbability: 1,
    ...over,
  }
}

export const goldRecord = (n: number, over: Partial<GoldAnswered> = {}) =>
  ({ topic: topic.goldAnswers, event: gold(n, over) }) as const
export const widenedRecord = (n: number, accepted = 0, over: Partial<SampleWidened> = {}) =>
  ({ topic: topic.syntheticSamples, event: widened(n, accepted, over) }) as const
export const scoredRecord = (n: number, over: Partial<SampleScored> = {}) =>
  ({ topic: topic.scoredSamples, event: scored(n, over) }) as const

/** Complete gold answers: each with its variants, of which so many were accepted. */
export const complete = (numbers: readonly number[], accepted = 0) =>
  numbers.flatMap(n => [goldRecord(n), widenedRecord(n, accepted)])
