import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { SparseVector } from '#text/features.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { questionVector } from '#text/question-vector.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import { uncertaintyOf } from './arms.ts'
import { highestCosine } from './question-index.ts'
import { type Contender, collections, limits, type NumberedQuestion } from './state.ts'

/** Contenders between two looks. */
const detectEvery = 500

/** The newest contenders, whose volume is compared with that of the remembered ones before. */
const recentContenders = 1_000
/** No look before so many contenders: nothing to compare with. */
const minContenders = 2_000
/** Questions looked at as the middle of a cluster. */
const maxCentres = 30
/** Cosine from which two questions ask much the same. */
const minCosine = 0.4
/** Similar contenders that make a cluster. */
const minClusterSize = 12
/** How many times its earlier rate a cluster must have. */
const minGrowth = 3
const maxExamples = 5

/** A planner that believes less than this much in its plan has no fitting tool; one that says nothing may have none. */
const minConfidence = 0.5

/**
 * Looks for what customers ask more and more and no tool fits: among contenders without a fitting tool, the densest
 * neighbourhood (as in DBSCAN: Ester et al., KDD 1996) that grew, unless it resembles one told before.
 */
export function detectEmergingIntent(
  state: StateView,
  agent: string,
  number: number,
): { readonly emit: readonly Outbound<'sampler'>[]; readonly stateChanges: readonly StateChange[] } {
  const names = collections(agent)
  const nothing = { emit: [], stateChanges: [] }
  if (number < minContenders || number % detectEvery > 0) return nothing
  const unfit = Array.from(state.entries<Contender>(names.contenders), ([, contender]) => contender).filter(
    ({ turn }) => (uncertaintyOf(turn.plan) ?? 1) > 1 - minConfidence,
  )
  const isNew = unfit.map(recent => recent.number >= number - recentContenders)
  const span = Math.min(number, limits.contenders) - recentContenders
  const cosines = indexInnerProducts(unfit.map(({ turn }) => questionVector(turn)))
  const reported = Array.from(state.entries<NumberedQuestion>(names.emerged), ([, { turn }]) => questionVector(turn))
  const clusterAround = (vector: SparseVector) => {
    const near = Array.from(cosines(vector), (cosine, at) => ({ cosine, at })).filter(
      ({ cosine }) => cosine >= minCosine,
    )
    const recent = near.filter(({ at }) => isNew[at])
    return { near: recent, recent: recent.length, before: near.length - recent.length }
  }
  const grown = unfit
    .slice(-maxCentres)
    .filter(({ turn }) => highestCosine(questionVector(turn), reported) < minCosine)
    .map(({ turn }) => ({ turn, ...clusterAround(questionVector(turn)) }))
    .filter(
      ({ recent, before }) =>
        recent >= minClusterSize && recent / recentContenders >= (minGrowth * (before + 1)) / span,
    )
  const densest = grown.reduce<(typeof grown)[number] | undefined>(
    (a, b) => (a && a.recent >= b.recent ? a : b),
    undefined,
  )
  if (!densest) return nothing
  const { turn, near, recent, before } = densest
  const cluster = near.toSorted((a, b) => b.cosine - a.cosine).flatMap(({ at }) => unfit[at]?.turn ?? [])
  const examples = cluster.slice(0, maxExamples).map(({ turnId, question }) => ({ turnId, question }))
  const plans = Map.groupBy(cluster, ({ plan }) => plan.tool)
  const event = {
    ...{ agent, question: turn.question, recent, before },
    examples,
    tools: [...plans].toSorted(([, a], [, b]) => b.length - a.length).map(([tool]) => tool),
  }
  const value: NumberedQuestion = { number, turn: { question: turn.question, earlier: turn.earlier } }
  return {
    emit: [{ topic: topic.emergingIntents, event, parents: examples.map(({ turnId }) => turnId) }],
    stateChanges: boundedChanges(state, names.emerged, limits.emerged, [[String(number), value]]),
  }
}
