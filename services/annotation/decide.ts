import { fraction } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import { keepBounded } from '#runtime/state/bounded.ts'
import type { Change, StateView } from '#runtime/state/state.ts'
import type { Budgets, SampleReviewed, SampleScored, SampleSelected } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { Inbound } from '#topology/types.ts'
import { correctedScore } from './agreement.ts'
import { independent, settled } from './consensus.ts'
import {
  closedCounts,
  closedOf,
  earlyJudgedOf,
  earlyReviewsOf,
  type Item,
  itemsOf,
  type Judged,
  MAX_CLOSED,
  MAX_EARLY,
  MAX_OVERLAPS,
  type Overlap,
  overlapsOf,
  type Review,
} from './state.ts'

export type Facts = Pick<Budgets, 'reviewersPerItem' | 'overlapShare'>

/** Below it a score raises the value of an item. */
const LOW_SCORE = 0.5

/** What reviewers see first: the sampler's value, up to doubled where the judge scored the plan low. */
export function worthOf({ value, judged }: Pick<Item, 'value' | 'judged'>): number {
  return judged !== null && judged.score < LOW_SCORE ? value * (2 - judged.score) : value
}

/** Reviews that an item needs: one more for a share of them, so that reviewers can be compared. A larger share has the items of a smaller one. */
export function neededFor(sampleId: string, { reviewersPerItem, overlapShare }: Facts): number {
  return reviewersPerItem + (fraction('annotation/v2/overlap', sampleId) < overlapShare ? 1 : 0)
}

/** Samples, scores and reviews of one item may come in any order; the gold answer they lead to is the same. */
export function decide(inbound: Inbound<'annotation'>, facts: Facts, state: StateView): Decision<'annotation'> {
  switch (inbound.topic) {
    case topic.selectedSamples:
      return queue(inbound.event, facts, state)
    case topic.scoredSamples:
      return show(inbound.event, state)
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
  const judged = state.get<Judged>(earlyJudgedOf(agent), id)
  const item: Item = { ...rest, reviews: reviews ?? [], judged: judged ?? null, disputed: false }
  const forget: Change[] = []
  if (reviews !== undefined) forget.push({ collection: earlyReviewsOf(agent), key: id, value: null })
  if (judged !== undefined) forget.push({ collection: earlyJudgedOf(agent), key: id, value: null })
  return settle(agent, id, item, facts, state, id, forget)
}

/** Only scores without gold tell a reviewer anything; trusted or not, since they order and explain, and settle nothing. */
function show(scored: SampleScored, state: StateView): Decision<'annotation'> {
  const { agent, sampleId, source, score, judge, trusted, evidence } = scored
  if (source !== 'production' || score === null || state.get(closedOf(agent), sampleId) !== undefined) return {}
  const judged: Judged = { score, judge, trusted, evidence }
  const item = state.get<Item>(itemsOf(agent), sampleId)
  return {
    keep: item
      ? [{ collection: itemsOf(agent), key: sampleId, value: { ...item, judged } }]
      : keepBounded(state, earlyJudgedOf(agent), MAX_EARLY, [[sampleId, judged]]),
  }
}

/** A second review by the same reviewer, and one of a closed item, change nothing. */
function review(event: SampleReviewed, facts: Facts, state: StateView): Decision<'annotation'> {
  const { id, agent, sampleId, reviewer, role, verdict, argument, answer, notes } = event
  if (state.get(closedOf(agent), sampleId) !== undefined) return {}
  const item = state.get<Item>(itemsOf(agent), sampleId)
  const before = item?.reviews ?? state.get<readonly Review[]>(earlyReviewsOf(agent), sampleId) ?? []
  if (before.some(other => other.reviewer === reviewer)) return {}
  const tool = verdict === 'unclear' ? null : event.tool
  const reviews = [...before, { id, reviewer, role, verdict, tool, argument, answer, notes } satisfies Review]
  return item
    ? settle(agent, sampleId, { ...item, reviews }, facts, state, id)
    : { keep: keepBounded(state, earlyReviewsOf(agent), MAX_EARLY, [[sampleId, reviews]]) }
}

/** Keeps the item open, or closes it with its gold answer. `cause` is the record in hand, which is a parent anyway. */
function settle(
  agent: string,
  sampleId: string,
  item: Item,
  facts: Facts,
  state: StateView,
  cause: string,
  forget: readonly Change[] = [],
): Decision<'annotation'> {
  const history = (): Overlap[] => Array.from(state.entries<Overlap>(overlapsOf(agent)), ([, overlap]) => overlap)
  const needed = neededFor(sampleId, facts)
  const outcome = settled(item.reviews, needed, history)
  if (outcome === null) {
    const value: Item = { ...item, disputed: item.reviews.length >= needed }
    return { keep: [...forget, { collection: itemsOf(agent), key: sampleId, value }] }
  }
  const { consensus, counted } = outcome
  const { conversationId, turnId, family, question, earlier, plan, inclusionProbability } = item
  const sample = { agent, sampleId, conversationId, turnId, family, question, earlier, plan, inclusionProbability }
  const notes = counted.flatMap(one => one.notes ?? [])
  const reviewers = counted.map(({ reviewer }) => reviewer)
  const score = correctedScore(counted, history())
  return {
    emit: [
      {
        topic: topic.goldAnswers,
        event: { ...sample, ...consensus, notes, reviewers, score },
        parents: [sampleId, ...counted.map(({ id }) => id)].filter(parent => parent !== cause),
      },
    ],
    keep: [
      ...forget,
      { collection: itemsOf(agent), key: sampleId, value: null },
      ...keepBounded(state, closedOf(agent), MAX_CLOSED, [[sampleId, 1]]),
      { collection: closedCounts, key: agent, value: (state.get<number>(closedCounts, agent) ?? 0) + 1 },
      ...remember(agent, sampleId, counted, consensus.tool, state),
    ],
  }
}

/** What several reviewers said of one item is what they are known by. */
function remember(
  agent: string,
  sampleId: string,
  counted: readonly Review[],
  tool: string | null,
  state: StateView,
): readonly Change[] {
  const unseen = independent(counted)
  if (unseen.length < 2) return []
  const reviews = unseen.map(one => ({ reviewer: one.reviewer, verdict: one.verdict, tool: one.tool }))
  const overlap: Overlap = { reviews, tool, adjudicated: unseen.length < counted.length }
  return keepBounded(state, overlapsOf(agent), MAX_OVERLAPS, [[sampleId, overlap]])
}
