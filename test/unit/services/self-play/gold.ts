import { State } from '#runtime/state/state.ts'
import type { GoldAnswered, SampleWidened } from '#schemas/events.ts'
import { decide, type Facts } from '#services/self-play/decide.ts'
import { call, planOf, turnFields } from '#test/support/data/turns.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

export const facts: Facts = {
  tools: [
    { name: 'quote', description: 'Current price of a stock.' },
    { name: 'fees', description: 'Commissions and charges.' },
    { name: 'wire', description: 'Send money to a bank by wire transfer.' },
  ],
  syntheticShare: 0.5,
}

export function gold(
  id: string,
  question: string,
  tool: string | null,
  over: Partial<GoldAnswered> = {},
): Inbound<'self-play'> {
  const plan = planOf('quote', question, { confidence: 0.5, margin: 0.1 })
  const turn = { conversationId: id, turnId: `t-${id}`, step: 0, family: `f-${id}`, question, ...turnFields, plan }
  const right = {
    outcome: tool === null ? 'undecided' : 'agreed',
    calls: tool === null ? null : [call(tool, question)],
    answer: null,
  } as const
  const event: GoldAnswered = {
    id,
    parents: [],
    at: 1000,
    agent: 'desk',
    sampleId: `s-${id}`,
    ...turn,
    ...right,
    verdict: null,
    notes: [],
    reviewers: ['r'],
    agreement: 1,
    adjudicator: null,
    confidence: null,
    score: null,
    inclusionProbability: 0.5,
    correction: false,
    latencyMs: null,
    ...over,
  }
  return { topic: topic.goldAnswers, event }
}

export type Widened = Omit<SampleWidened, 'id' | 'parents' | 'at'>

/** What self-play emits for gold answers in order, on one state. */
export function widen(golds: readonly Inbound<'self-play'>[], over: Facts = facts, state = new State()): Widened[] {
  return given(decide, state).whenEach(golds, over).events as Widened[]
}
