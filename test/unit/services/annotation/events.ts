import { State, type StateChange } from '#runtime/state/state.ts'
import type { SampleReviewed, SampleScored, SampleSelected } from '#schemas/events.ts'
import { decide, type Facts } from '#services/annotation/decide.ts'
import { call, planOf, turnFields } from '#test/support/data/turns.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

export const sample = (over: Partial<SampleSelected> = {}): SampleSelected => ({
  id: 's1',
  parents: ['t1'],
  at: 1000,
  agent: 'desk',
  conversationId: 'c1',
  turnId: 't1',
  step: 0,
  family: 'c1',
  question: 'What did I pay for AAPL?',
  ...turnFields,
  plan: planOf('quote', 'AAPL', { confidence: 0.4, margin: 0.1 }),
  answer: null,
  arms: [{ arm: 'uncertain', weight: 1 }],
  inclusionProbability: 0.5,
  value: 1,
  outcome: { escalated: false, rating: null, repeatAsk: false, latencyMs: null },
  correction: false,
  ...over,
})

/** A review by `reviewer` for one call of `tool`; null is unclear. */
export const review = (reviewer: string, tool: string | null, over: Partial<SampleReviewed> = {}): SampleReviewed => ({
  id: `r-${reviewer}`,
  parents: ['s1'],
  at: 2000,
  agent: 'desk',
  sampleId: 's1',
  step: 0,
  reviewer,
  role: 'reviewer',
  verdict: tool === null ? 'unclear' : 'wrong',
  calls: tool === null ? null : [call(tool, `argument by ${reviewer}`)],
  answer: null,
  notes: null,
  redactions: [],
  ...over,
})

export const scored = (score: number | null, over: Partial<SampleScored> = {}): SampleScored => ({
  id: 'j1',
  parents: ['s1'],
  at: 1500,
  agent: 'desk',
  sampleId: 's1',
  step: 0,
  family: 'c1',
  source: 'production',
  question: 'What did I pay for AAPL?',
  plannedTool: 'quote',
  goldTool: null,
  score,
  toolCorrect: null,
  argumentSimilarity: null,
  figuresEqual: null,
  ...{ exactPlan: null, callF1: null, arguments: [] },
  ...{ answerScore: null, answerFiguresStated: null, rubric: null, prompt: null, model: null, probability: null },
  refused: null,
  judge: 'judge/v1',
  trusted: true,
  evidence: null,
  inclusionProbability: 0.5,
  arms: ['uncertain'],
  ...over,
})

export const isSample = (event: SampleSelected): Inbound<'annotation'> => ({ topic: topic.selectedSamples, event })
export const isReview = (event: SampleReviewed): Inbound<'annotation'> => ({ topic: topic.reviews, event })
export const isScore = (event: SampleScored): Inbound<'annotation'> => ({ topic: topic.scoredSamples, event })

/** So many reviews of each item. */
export const asked = (reviewersPerItem: number): Facts => ({ reviewersPerItem, overlapShare: 0 })

/** Decides one record after the other, as the runtime does, and returns what was emitted. */
export function run(records: readonly Inbound<'annotation'>[], facts: Facts = asked(1), state = new State()) {
  const emitted = records.flatMap(record => {
    const { emit = [], stateChanges = [] } = decide(record, facts, state)
    state.apply(stateChanges as readonly StateChange[])
    return emit
  })
  return { emitted, state }
}
