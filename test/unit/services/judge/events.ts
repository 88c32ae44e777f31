import { State } from '#runtime/state/state.ts'
import type { GoldAnswered, Outcome, Plan, SampleSelected, SampleWidened, Variant } from '#schemas/events.ts'
import type { Facts } from '#services/judge/decide.ts'
import { decide } from '#services/judge/decide.ts'
import { call, planOf, turnFields } from '#test/support/data/turns.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

const envelope = { parents: [], at: 1000, agent: 'desk' }
const planned = planOf('quote', 'price of AAPL', { confidence: 0.6, margin: 0.3 })
const turn = { conversationId: 'c', turnId: 't', step: 0, family: 'f', question: 'price of AAPL?', ...turnFields }
const quiet: Outcome = { escalated: false, rating: null, repeatAsk: false, latencyMs: 900 }

export type Details = {
  plan?: Partial<Plan>
  outcome?: Partial<Outcome>
  correction?: boolean
  agent?: string
  answer?: string
}

export function sample(
  id: string,
  { plan, outcome, correction = false, agent = 'desk', answer }: Details = {},
): Inbound<'judge'> {
  const arms: SampleSelected['arms'] = [{ arm: 'random', weight: 0.1 }]
  const chosen = { arms, inclusionProbability: 0.25, value: 1, correction }
  const how = { plan: { ...planned, ...plan }, outcome: { ...quiet, ...outcome } }
  return {
    topic: topic.selectedSamples,
    event: { ...envelope, id, ...turn, ...chosen, ...how, agent, answer: answer ?? null },
  }
}

type GoldDetails = Partial<Pick<GoldAnswered, 'calls' | 'answer' | 'outcome' | 'agent'>> & {
  plan?: Partial<Plan>
}

export function gold(sampleId: string, { plan, ...over }: GoldDetails = {}): Inbound<'judge'> {
  const right = { outcome: 'agreed', verdict: null, calls: [call('quote', 'price of AAPL')], answer: null } as const
  const settled = { notes: [], reviewers: ['r1'], agreement: 1, adjudicator: null, confidence: null, score: null }
  const chosen = { inclusionProbability: 0.25, correction: false, latencyMs: null }
  const reviewed = { ...settled, ...chosen, plan: { ...planned, ...plan } }
  return {
    topic: topic.goldAnswers,
    event: { ...envelope, id: `gold-${sampleId}`, sampleId, ...turn, ...right, ...reviewed, ...over },
  }
}

export function widened(variants: readonly Partial<Variant>[]): Inbound<'judge'> {
  const variant: Variant = {
    variantId: 'v',
    question: 'q',
    calls: [call('quote', 'a')],
    operator: 'typo',
    fate: 'accepted',
    plannedTool: 'quote',
  }
  const event: SampleWidened = {
    ...envelope,
    id: 'w',
    goldId: 'gold-s',
    sampleId: 's',
    family: 'f',
    tool: 'quote',
    variants: variants.map(over => ({ ...variant, ...over })),
  }
  return { topic: topic.syntheticSamples, event }
}

/** What a language model says of each record; nothing where it is left out. */
type Opinions = (inbound: Inbound<'judge'>) => Facts

/** What is decided of a stream, in order; `state` is carried along. */
function decided(stream: readonly Inbound<'judge'>[], state: State, opinionOf: Opinions = () => null) {
  return stream.flatMap(inbound => {
    const { emit = [], stateChanges = [], objects = [] } = decide(inbound, opinionOf(inbound), state)
    state.apply(stateChanges)
    return emit.map(out => ({ ...out, objects }))
  })
}

/** The state after a stream. */
export function stateAfter(stream: readonly Inbound<'judge'>[], opinionOf?: Opinions): State {
  const state = new State()
  decided(stream, state, opinionOf)
  return state
}

/** Scores of a stream; `objects` are all that the decision stored. */
export function scores(stream: readonly Inbound<'judge'>[], state = new State(), opinionOf?: Opinions) {
  return decided(stream, state, opinionOf).flatMap(({ objects, topic: to, event }) =>
    to === topic.scoredSamples ? [{ ...event, objects }] : [],
  )
}

/** Releases and quarantines of a stream. */
export function examinations(stream: readonly Inbound<'judge'>[], state = new State(), opinionOf?: Opinions) {
  return decided(stream, state, opinionOf).flatMap(({ topic: to, event }) =>
    to === topic.judgeExaminations ? [event] : [],
  )
}
