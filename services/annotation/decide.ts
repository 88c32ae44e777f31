import { hashFraction } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { Budgets, SampleReviewed, SampleScored, SampleSelected } from '#schemas/events.ts'
import { toolsOf } from '#schemas/turns.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { correctedScore } from './agreement.ts'
import { argumentVotes } from './argument-votes.ts'
import { findConsensus, independentReviews, toVote } from './consensus.ts'
import {
  closedCounts,
  closedOf,
  earlyJudgedOf,
  earlyReviewsOf,
  type Item,
  itemsOf,
  type JudgedScore,
  MAX_CLOSED,
  MAX_EARLY,
  MAX_OVERLAPS,
  type Overlap,
  overlapsOf,
  type Review,
} from './state.ts'

export type Facts = Pick<Budgets, 'reviewersPerItem' | 'overlapShare'>

/** Reviews that an item needs. A share of the items needs one more, so that reviewers can be compared. A larger share contains the items of a smaller one. */
export function reviewsNeeded(sampleId: string, { reviewersPerItem, overlapShare }: Facts): number {
  return reviewersPerItem + (hashFraction('annotation/v2/overlap', sampleId) < overlapShare ? 1 : 0)
}

/** Samples, scores and reviews of one item may arrive in any order; the gold answer is the same. */
export function decide(inbound: Inbound<'annotation'>, facts: Facts, state: StateView): Decision<'annotation'> {
  switch (inbound.topic) {
    case topic.selectedSamples:
      return onSample(inbound.event, facts, state)
    case topic.scoredSamples:
      return onScore(inbound.event, state)
    case topic.reviews:
      return onReview(inbound.event, facts, state)
    default:
      return inbound satisfies never
  }
}

function onSample(sample: SampleSelected, facts: Facts, state: StateView): Decision<'annotation'> {
  const { id, parents: _parents, agent, ...rest } = sample
  if (state.get(itemsOf(agent), id) !== undefined || state.get(closedOf(agent), id) !== undefined) return {}
  const reviews = state.get<readonly Review[]>(earlyReviewsOf(agent), id)
  const judged = state.get<JudgedScore>(earlyJudgedOf(agent), id)
  const item: Item = { ...rest, reviews: reviews ?? [], judged: judged ?? null, disputed: false }
  const clearEarly: StateChange[] = []
  if (reviews !== undefined) clearEarly.push({ collection: earlyReviewsOf(agent), key: id, value: null })
  if (judged !== undefined) clearEarly.push({ collection: earlyJudgedOf(agent), key: id, value: null })
  return settleItem(agent, id, item, facts, state, id, clearEarly)
}

/** Scores without gold order the queue and are shown to reviewers. They decide nothing, so that untrusted ones count too. */
function onScore(scored: SampleScored, state: StateView): Decision<'annotation'> {
  const { agent, sampleId, source, score, judge, trusted, evidence } = scored
  if (source !== 'production' || score === null || state.get(closedOf(agent), sampleId) !== undefined) return {}
  const judged: JudgedScore = { score, judge, trusted, evidence }
  const item = state.get<Item>(itemsOf(agent), sampleId)
  return {
    stateChanges: item
      ? [{ collection: itemsOf(agent), key: sampleId, value: { ...item, judged } }]
      : boundedChanges(state, earlyJudgedOf(agent), MAX_EARLY, [[sampleId, judged]]),
  }
}

/** A second review by the same reviewer changes nothing, and neither does a review of a closed item. */
function onReview(event: SampleReviewed, facts: Facts, state: StateView): Decision<'annotation'> {
  const { id, at, agent, sampleId, reviewer, role, verdict, answer, notes } = event
  if (state.get(closedOf(agent), sampleId) !== undefined) return {}
  const item = state.get<Item>(itemsOf(agent), sampleId)
  const before = item?.reviews ?? state.get<readonly Review[]>(earlyReviewsOf(agent), sampleId) ?? []
  if (before.some(other => other.reviewer === reviewer)) return {}
  const calls = verdict === 'unclear' ? null : event.calls
  const reviews = [...before, { id, at, reviewer, role, verdict, calls, answer, notes } satisfies Review]
  return item
    ? settleItem(agent, sampleId, { ...item, reviews }, facts, state, id)
    : { stateChanges: boundedChanges(state, earlyReviewsOf(agent), MAX_EARLY, [[sampleId, reviews]]) }
}

/** Keeps the item open, or closes it with its gold answer. `cause` is the id of the current record, which the runtime adds to the parents. */
function settleItem(
  agent: string,
  sampleId: string,
  item: Item,
  facts: Facts,
  state: StateView,
  cause: string,
  clearEarly: readonly StateChange[] = [],
): Decision<'annotation'> {
  const history = (): Overlap[] => Array.from(state.entries<Overlap>(overlapsOf(agent)), ([, overlap]) => overlap)
  const needed = reviewsNeeded(sampleId, facts)
  const outcome = findConsensus(item.reviews, needed, history)
  if (outcome === null) {
    const value: Item = { ...item, disputed: item.reviews.length >= needed }
    return { stateChanges: [...clearEarly, { collection: itemsOf(agent), key: sampleId, value }] }
  }
  const { consensus, counted } = outcome
  const { conversationId, turnId, step, family, question, earlier, earlierCut, prompt, plan } = item
  const sample = {
    ...{ agent, sampleId, conversationId, turnId, step, family, question, earlier, earlierCut, prompt, plan },
    steps: item.steps.slice(0, step),
    inclusionProbability: item.inclusionProbability,
    correction: item.correction ?? null,
    latencyMs: item.steps[step]?.latencyMs ?? null,
  }
  const notes = counted.flatMap(one => one.notes ?? [])
  const reviewers = counted.map(({ reviewer }) => reviewer)
  const score = correctedScore(counted, history())
  return {
    emit: [
      {
        topic: topic.goldAnswers,
        event: { ...sample, ...consensus, notes, reviewers, score },
        parents: [sampleId, ...counted.map(({ id }) => id)].filter(parent => parent !== cause),
        notBefore: Math.max(item.at, ...counted.flatMap(({ at }) => at ?? [])),
      },
    ],
    stateChanges: [
      ...clearEarly,
      { collection: itemsOf(agent), key: sampleId, value: null },
      ...boundedChanges(state, closedOf(agent), MAX_CLOSED, [[sampleId, 1]]),
      { collection: closedCounts, key: agent, value: (state.get<number>(closedCounts, agent) ?? 0) + 1 },
      ...overlapChanges(agent, item, sampleId, counted, consensus.calls && toolsOf(consensus.calls), state),
    ],
  }
}

/** Reviews of one item by several reviewers: reviewers are compared and weighted by them. */
function overlapChanges(
  agent: string,
  { step }: Item,
  sampleId: string,
  counted: readonly Review[],
  tools: string | null,
  state: StateView,
): readonly StateChange[] {
  const unseen = independentReviews(counted)
  if (unseen.length < 2) return []
  const reviews = unseen.map(review => ({ ...toVote(review), arguments: argumentVotes(review.calls ?? []) }))
  const overlap: Overlap = { reviews, tools, adjudicated: unseen.length < counted.length, step }
  return boundedChanges(state, overlapsOf(agent), MAX_OVERLAPS, [[sampleId, overlap]])
}
