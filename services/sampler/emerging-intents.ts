import { at } from '#runtime/core/checked.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import { toolOf } from '#schemas/turns.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { questionVector } from '#text/question-vector.ts'
import { topic } from '#topology/topic-names.ts'
import { uncertaintyOf } from './arms.ts'
import { highestCosine } from './question-index.ts'
import { type Collections, type Contender, type NumberedQuestion, putChanges } from './state.ts'

/** Contenders between two searches. */
const detectEvery = 500

/** The newest contenders, whose rate of a cluster is compared with that of the older ones. */
const recentContenders = 1_000
/** No search before so many contenders: there would be too few older ones. */
const minContenders = 2_000
/** Newest questions that are tried as the centre of a cluster. */
const maxCentres = 30
/** From this cosine on two questions belong together. */
const minCosine = 0.4
/** Recent contenders that make a cluster. */
const minClusterSize = 12
/** How many times the earlier rate of a cluster its recent rate must be. */
const minGrowth = 3
const maxExamples = 5

/** Below this certainty no tool fits the question. Where a planner states none, no tool may fit. */
const minCertainty = 0.5

/**
 * Searches for questions that customers ask more and more and no tool fits: among contenders without a fitting tool, the densest
 * neighbourhood (as in DBSCAN: Ester et al., KDD 1996) that grew and does not resemble a published one.
 */
export function detectEmergingIntent(
  state: StateView,
  agent: string,
  names: Collections,
  number: number,
): Required<Pick<Decision<'sampler'>, 'emit' | 'stateChanges'>> {
  const cluster = number < minContenders || number % detectEvery > 0 ? undefined : findCluster(state, names, number)
  if (cluster === undefined) return { emit: [], stateChanges: [] }
  const { centre, members, recent, before } = cluster
  const shown = members.slice(0, maxExamples)
  const examples = shown.map(({ turnId, question }) => ({ turnId, question }))
  const plans = Map.groupBy(members, ({ plan }) => toolOf(plan.calls))
  const tools = [...plans].toSorted(([, a], [, b]) => b.length - a.length).map(([tool]) => tool)
  const event = { agent, question: centre.question, recent, before, examples, tools }
  const value: NumberedQuestion = { number, turn: { question: centre.question, earlier: centre.earlier } }
  return {
    emit: [
      {
        ...{ topic: topic.emergingIntents, event, parents: examples.map(({ turnId }) => turnId) },
        notBefore: Math.max(0, ...shown.flatMap(({ at: turnAt }) => turnAt ?? [])),
      },
    ],
    stateChanges: putChanges(state, names.emerged, String(number), value),
  }
}

type Cluster = {
  readonly centre: Contender['turn']
  /** Its recent contenders, most similar first. */
  readonly members: readonly Contender['turn'][]
  /** How many contenders are in it, recent and older. */
  readonly recent: number
  readonly before: number
}

function findCluster(state: StateView, names: Collections, number: number): Cluster | undefined {
  const withoutTool = Array.from(state.entries<Contender>(names.contenders.name), ([, contender]) => contender).filter(
    ({ turn }) => (uncertaintyOf(turn.plan) ?? 1) > 1 - minCertainty,
  )
  const cosines = indexInnerProducts(withoutTool.map(({ turn }) => questionVector(turn)))
  const clusterAround = (centre: Contender['turn']): Cluster => {
    const similar = Array.from(cosines(questionVector(centre)), (cosine, position) => ({ cosine, position }))
      .filter(({ cosine }) => cosine >= minCosine)
      .map(({ cosine, position }) => ({ cosine, contender: at(withoutTool, position) }))
    const recent = similar.filter(({ contender }) => contender.number >= number - recentContenders)
    const members = recent.toSorted((a, b) => b.cosine - a.cosine).map(({ contender }) => contender.turn)
    return { centre, members, recent: recent.length, before: similar.length - recent.length }
  }
  const published = Array.from(state.entries<NumberedQuestion>(names.emerged.name), ([, { turn }]) =>
    questionVector(turn),
  )
  const olderContenders = Math.min(number, names.contenders.limit) - recentContenders
  const hasGrown = ({ recent, before }: Cluster): boolean =>
    recent >= minClusterSize && recent / recentContenders >= (minGrowth * (before + 1)) / olderContenders
  return withoutTool
    .slice(-maxCentres)
    .filter(({ turn }) => highestCosine(questionVector(turn), published) < minCosine)
    .map(({ turn }) => clusterAround(turn))
    .filter(hasGrown)
    .reduce<Cluster | undefined>((densest, one) => (densest && densest.recent >= one.recent ? densest : one), undefined)
}
