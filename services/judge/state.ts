import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { SampleScored } from '#schemas/events.ts'
import type { OnlineRegression } from '#statistics/online-logistic-regression.ts'
import type { ScoredPair } from './calibration.ts'
import { type JudgeVersion, judgeVersionKey } from './judge-version.ts'
import type { SignalsWithSimilarity } from './packet.ts'
import { initialRegression } from './signals.ts'
import { type JudgeTrust, maxPairs } from './trust.ts'

/** What gold will want to know of a sample. */
export type SampleScores = {
  readonly arms: readonly string[]
  readonly inclusionProbability: number
  readonly signals: SignalsWithSimilarity
  readonly scores: readonly (JudgeVersion & { readonly pair: Omit<ScoredPair, 'right'> })[]
  /** Gold came, and every instrument was held against it. */
  readonly graded: boolean
}

/** What gold said of a sample: the figures of the judge rest on it, and later plans for such questions are held against it. */
export type GoldGrade = Pick<
  SampleScored,
  | 'family'
  | 'question'
  | 'plannedTool'
  | 'goldTool'
  | 'toolCorrect'
  | 'score'
  | 'argumentSimilarity'
  | 'figuresEqual'
  | 'answerScore'
  | 'inclusionProbability'
  | 'arms'
>

/** A version of the judge; its pairs are kept by themselves, since a new one comes with each gold answer. */
export type JudgeVersionTrust = { readonly instrument: JudgeVersion; readonly trusted: boolean }

/** How many of each are remembered per agent; the oldest is forgotten first. Gold for a forgotten sample names no arms and calibrates nothing. */
const limits = { judged: 10_000, answers: 2_000, graded: 2_000, standings: 20 } as const
/** Characters of an answer that are kept until its gold comes. */
const maxAnswerLength = 4_096

/** Collections of one agent, by sample id, the standings by instrument. Agents never mix. */
export const collectionsOf = (agent: string) => ({
  judged: `samples/${agent}`,
  answers: `answers/${agent}`,
  graded: `graded/${agent}`,
  standings: `standings/${agent}`,
})

const pairsCollection = (agent: string, judgeVersion: JudgeVersion): string =>
  `pairs/${agent}/${judgeVersionKey(judgeVersion)}`

function boundedChange(
  state: StateView,
  agent: string,
  kind: keyof typeof limits,
  key: string,
  value: unknown,
): readonly StateChange[] {
  return boundedChanges(state, collectionsOf(agent)[kind], limits[kind], [[key, value]])
}

export function sampleChanges(
  state: StateView,
  agent: string,
  sampleId: string,
  value: SampleScores,
): readonly StateChange[] {
  return boundedChange(state, agent, 'judged', sampleId, value)
}

export function gradeChanges(
  state: StateView,
  agent: string,
  sampleId: string,
  value: GoldGrade,
): readonly StateChange[] {
  return boundedChange(state, agent, 'graded', sampleId, value)
}

export function answerChanges(
  state: StateView,
  agent: string,
  sampleId: string,
  answer: string | null,
): readonly StateChange[] {
  return answer === null ? [] : boundedChange(state, agent, 'answers', sampleId, answer.slice(0, maxAnswerLength))
}

export function* gradedOf(state: StateView, agent: string): Generator<GoldGrade, void> {
  for (const [, graded] of state.entries<GoldGrade>(collectionsOf(agent).graded)) yield graded
}

export function answerOf(state: StateView, agent: string, sampleId: string): string | null {
  return state.get<string>(collectionsOf(agent).answers, sampleId) ?? null
}

export function trustOf(state: StateView, agent: string, judgeVersion: JudgeVersion): JudgeTrust {
  const named = state.get<JudgeVersionTrust>(collectionsOf(agent).standings, judgeVersionKey(judgeVersion))
  const pairs = Array.from(state.entries<ScoredPair>(pairsCollection(agent, judgeVersion)), ([, pair]) => pair)
  return { trusted: named?.trusted ?? false, pairs }
}

/** Keeps the newest pair of a standing, and who it is of. The pairs of a version that is forgotten go with it. */
export function trustChanges(
  state: StateView,
  agent: string,
  judgeVersion: JudgeVersion,
  sampleId: string,
  { trusted, pairs }: JudgeTrust,
): readonly StateChange[] {
  const { standings } = collectionsOf(agent)
  const named = boundedChange(state, agent, 'standings', judgeVersionKey(judgeVersion), {
    instrument: judgeVersion,
    trusted,
  } satisfies JudgeVersionTrust)
  const gone = named.flatMap(({ key, value }) =>
    value === null ? (state.get<JudgeVersionTrust>(standings, key) ?? []) : [],
  )
  const forgotten = gone.flatMap(({ instrument: old }) => {
    const collection = pairsCollection(agent, old)
    return Array.from(state.entries(collection), ([key]) => ({ collection, key, value: null }))
  })
  const newest = boundedChanges(state, pairsCollection(agent, judgeVersion), maxPairs, [[sampleId, pairs.at(-1)]])
  return [...named, ...forgotten, ...newest]
}

export function regressionOf(state: StateView, agent: string): OnlineRegression {
  return state.get<OnlineRegression>('regressions', agent) ?? initialRegression
}

export function regressionChange(agent: string, value: OnlineRegression): StateChange {
  return { collection: 'regressions', key: agent, value }
}
