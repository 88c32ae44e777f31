import type { Decision } from '#runtime/service.ts'
import type { Change, StateView } from '#runtime/state.ts'
import type { SampleReviewed, SampleScored, SampleSelected } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { Inbound } from '#topology/types.ts'
import { settled } from './consensus.ts'
import {
  closedCounts,
  closedOf,
  earlyReviewsOf,
  earlyScoresOf,
  type Item,
  itemsOf,
  keepBounded,
  MAX_CLOSED,
  MAX_EARLY,
  type Review,
} from './state.ts'

export type Facts = { readonly reviewersPerItem: number }

/** Below it a score raises the value of an item. */
const LOW_SCORE = 0.5

/** What reviewers see first: the sampler's value, up to doubled where the judge scored the plan low. */
export function worthOf({ value, score }: Pick<Item, 'value' | 'score'>): number {
  return score !== null && score < LOW_SCORE ? value * (2 - score) : value
}

/** Samples, scores and reviews of one item may come in any order; the gold answer they lead to is the same. */
export function decide(inbound: Inbound<'annotation'>, facts: Facts, state: StateView): Decision<'annotation'> {
  switch (inbound.topic) {
    case topic.selectedSamples:
      return queue(inbound.event, facts, state)
    case topic.scoredSamples:
      return raise(inbound.event, state)
    case topic.reviews:
      return review(inbound.event, facts, state)
    default:
      return inbound satisfies never
  }
}

function queue(sample: SampleSelected, facts: Facts, state: StateView): Decision<'annotation'> {
  const { id, parents: _parents, agent, correction: _correction, ...rest } = sample
  if (state.get(itemsOf(agent), id) !== undefined || state.get(closedOf(agent), id) !== undefined) return {}
  const reviews = state.get<readonly Review[]>(earlyReviewsOf(agent), id)
  const score = state.get<number>(earlyScoresOf(agent), id)
  const item: Item = { ...rest, reviews: reviews ?? [], score: score ?? null }
  const forget: Change[] = []
  if (reviews !== undefined) forget.push({ collection: earlyReviewsOf(agent), key: id, value: null })
  if (score !== undefined) forget.push({ collection: earlyScoresOf(agent), key: id, value: null })
  return settle(agent, id, item, facts, state, id, forget)
}

/** Only scores without gold tell a reviewer anything; trusted or not, since they only change the order. */
function raise({ agent, sampleId, source, score }: SampleScored, state: StateView): Decision<'annotation'> {
  if (source !== 'production' || score === null || score >= LOW_SCORE) return {}
  if (state.get(closedOf(agent), sampleId) !== undefined) return {}
  const item = state.get<Item>(itemsOf(agent), sampleId)
  const lowest = Math.min(score, item?.score ?? state.get<number>(earlyScoresOf(agent), sampleId) ?? 1)
  return {
    keep: item
      ? [{ collection: itemsOf(agent), key: sampleId, value: { ...item, score: lowest } }]
      : keepBounded(state, earlyScoresOf(agent), sampleId, lowest, MAX_EARLY),
  }
}

/** A second review by the same reviewer, and one of a closed item, change nothing. */
function review(event: SampleReviewed, facts: Facts, state: StateView): Decision<'annotation'> {
  const { id, agent, sampleId, reviewer, verdict, tool, argument, answer } = event
  if (state.get(closedOf(agent), sampleId) !== undefined) return {}
  const item = state.get<Item>(itemsOf(agent), sampleId)
  const before = item?.reviews ?? state.get<readonly Review[]>(earlyReviewsOf(agent), sampleId) ?? []
  if (before.some(other => other.reviewer === reviewer)) return {}
  const kept: Review = { id, reviewer, tool: verdict === 'unclear' ? null : tool, argument, answer }
  const reviews = [...before, kept]
  return item
    ? settle(agent, sampleId, { ...item, reviews }, facts, state, id)
    : { keep: keepBounded(state, earlyReviewsOf(agent), sampleId, reviews, MAX_EARLY) }
}

/** Keeps the item open, or closes it with its gold answer. `cause` is the record in hand, which is a parent anyway. */
function settle(
  agent: string,
  sampleId: string,
  item: Item,
  { reviewersPerItem }: Facts,
  state: StateView,
  cause: string,
  forget: readonly Change[] = [],
): Decision<'annotation'> {
  const outcome = settled(item.reviews, reviewersPerItem)
  if (outcome === null) return { keep: [...forget, { collection: itemsOf(agent), key: sampleId, value: item }] }
  const { consensus, counted } = outcome
  const { conversationId, turnId, family, question, earlier, plan, inclusionProbability } = item
  const sample = { agent, sampleId, conversationId, turnId, family, question, earlier, plan, inclusionProbability }
  return {
    emit: [
      {
        topic: topic.goldAnswers,
        event: { ...sample, ...consensus, reviewers: counted.map(({ reviewer }) => reviewer) },
        parents: [sampleId, ...counted.map(({ id }) => id)].filter(parent => parent !== cause),
      },
    ],
    keep: [
      ...forget,
      { collection: itemsOf(agent), key: sampleId, value: null },
      ...keepBounded(state, closedOf(agent), sampleId, 1, MAX_CLOSED),
      { collection: closedCounts, key: agent, value: (state.get<number>(closedCounts, agent) ?? 0) + 1 },
    ],
  }
}
