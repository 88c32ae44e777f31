import { vectorOf } from '#planners/linear/asked.ts'
import { keepBounded } from '#runtime/state/bounded.ts'
import type { Change, StateView } from '#runtime/state/state.ts'
import type { SparseVector } from '#text/features.ts'
import { products } from '#text/postings.ts'
import { topic } from '#topology/names.ts'
import type { Outbound } from '#topology/types.ts'
import { uncertaintyOf } from './arms.ts'
import { highestCosine, type Numbered } from './recall.ts'
import { type Contender, collections, limits } from './state.ts'

/** Contenders between two looks. */
const lookEvery = 500

/** The newest contenders, whose volume is compared with that of the remembered ones before. */
const newest = 1_000
/** No look before so many contenders: nothing to compare with. */
const fewest = 2_000
/** Questions looked at as the middle of a cluster. */
const candidates = 30
/** Cosine from which two questions ask much the same. */
const alike = 0.4
/** Similar contenders that make a cluster. */
const least = 12
/** How many times its earlier rate a cluster must have. */
const growth = 3
const shown = 5

/** A planner that believes less than this much in its plan has no fitting tool; one that says nothing may have none. */
const fits = 0.5

/**
 * Looks for what customers ask more and more and no tool fits: among contenders without a fitting tool, the densest
 * neighbourhood (as in DBSCAN: Ester et al., KDD 1996) that grew, unless it resembles one told before.
 */
export function emerging(
  state: StateView,
  agent: string,
  number: number,
): { readonly emit: readonly Outbound<'sampler'>[]; readonly keep: readonly Change[] } {
  const names = collections(agent)
  const nothing = { emit: [], keep: [] }
  if (number < fewest || number % lookEvery > 0) return nothing
  const unfit = Array.from(state.entries<Contender>(names.contenders), ([, contender]) => contender).filter(
    ({ turn }) => (uncertaintyOf(turn.plan) ?? 1) > 1 - fits,
  )
  const isNew = unfit.map(recent => recent.number >= number - newest)
  const span = Math.min(number, limits.contenders) - newest
  const cosines = products(unfit.map(({ turn }) => vectorOf(turn)))
  const told = Array.from(state.entries<Numbered>(names.emerged), ([, { turn }]) => vectorOf(turn))
  const look = (vector: SparseVector) => {
    const near = Array.from(cosines(vector), (cosine, at) => ({ cosine, at })).filter(({ cosine }) => cosine >= alike)
    const recent = near.filter(({ at }) => isNew[at])
    return { near: recent, recent: recent.length, before: near.length - recent.length }
  }
  const grown = unfit
    .slice(-candidates)
    .filter(({ turn }) => highestCosine(vectorOf(turn), told) < alike)
    .map(({ turn }) => ({ turn, ...look(vectorOf(turn)) }))
    .filter(({ recent, before }) => recent >= least && recent / newest >= (growth * (before + 1)) / span)
  const densest = grown.reduce<(typeof grown)[number] | undefined>(
    (a, b) => (a && a.recent >= b.recent ? a : b),
    undefined,
  )
  if (!densest) return nothing
  const { turn, near, recent, before } = densest
  const cluster = near.toSorted((a, b) => b.cosine - a.cosine).flatMap(({ at }) => unfit[at]?.turn ?? [])
  const examples = cluster.slice(0, shown).map(({ turnId, question }) => ({ turnId, question }))
  const plans = Map.groupBy(cluster, ({ plan }) => plan.tool)
  const event = {
    ...{ agent, question: turn.question, recent, before },
    examples,
    tools: [...plans].toSorted(([, a], [, b]) => b.length - a.length).map(([tool]) => tool),
  }
  const value: Numbered = { number, turn: { question: turn.question, earlier: turn.earlier } }
  return {
    emit: [{ topic: topic.emergingIntents, event, parents: examples.map(({ turnId }) => turnId) }],
    keep: keepBounded(state, names.emerged, limits.emerged, [[String(number), value]]),
  }
}
