import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { SampleScored } from '#schemas/events.ts'
import type { OnlineRegression } from '#statistics/online-logistic-regression.ts'
import type { ScoredPair } from './calibration.ts'
import { type JudgeVersion, judgeVersionKey } from './judge-version.ts'
import type { SignalsWithSimilarity } from './packet.ts'
import { initialRegression } from './signals.ts'
import { type JudgeTrust, maxPairs } from './trust.ts'

/** What is kept of a sample until its gold comes. */
export type SampleScores = {
  readonly arms: readonly string[]
  readonly inclusionProbability: number
  readonly signals: SignalsWithSimilarity
  readonly scores: readonly (JudgeVersion & { readonly pair: Omit<ScoredPair, 'right'> })[]
  /** Gold came, and every version that had scored the sample was compared with it. */
  readonly graded: boolean
}

/** What gold said of a sample: for the report, and for the similarity of later questions. */
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
> &
  // Absent in state from before plans were compared by call.
  Partial<Pick<SampleScored, 'exactPlan' | 'callF1' | 'arguments'>>

/** A judge version and whether it is trusted. Its pairs have a collection of their own, since each gold answer adds one. */
export type JudgeVersionTrust = { readonly instrument: JudgeVersion; readonly trusted: boolean }

/** A collection that forgets its oldest entries beyond `limit`. */
type Collection = { readonly name: string; readonly limit: number }

/**
 * The collections of one agent. The first three have sample ids as keys, the versions their `judgeVersionKey`. Gold for a sample
 * that is forgotten names no arms and calibrates nothing.
 */
export const collections = (agent: string) =>
  ({
    samples: { name: `samples/${agent}`, limit: 10_000 },
    answers: { name: `answers/${agent}`, limit: 2_000 },
    grades: { name: `graded/${agent}`, limit: 2_000 },
    versions: { name: `standings/${agent}`, limit: 20 },
  }) as const satisfies Record<string, Collection>

const pairsCollection = (agent: string, judgeVersion: JudgeVersion): Collection => ({
  name: `pairs/${agent}/${judgeVersionKey(judgeVersion)}`,
  limit: maxPairs,
})

/** Characters of an answer that are kept until its gold comes. */
const maxAnswerLength = 4_096

const put = (state: StateView, { name, limit }: Collection, key: string, value: unknown): readonly StateChange[] =>
  boundedChanges(state, name, limit, [[key, value]])

export function sampleChanges(
  state: StateView,
  agent: string,
  sampleId: string,
  value: SampleScores,
): readonly StateChange[] {
  return put(state, collections(agent).samples, sampleId, value)
}

export function sampleOf(state: StateView, agent: string, sampleId: string): SampleScores | undefined {
  return state.get<SampleScores>(collections(agent).samples.name, sampleId)
}

export function samplesOf(state: StateView, agent: string): readonly (readonly [sampleId: string, SampleScores])[] {
  return [...state.entries<SampleScores>(collections(agent).samples.name)]
}

export function gradeChanges(
  state: StateView,
  agent: string,
  sampleId: string,
  value: GoldGrade,
): readonly StateChange[] {
  return put(state, collections(agent).grades, sampleId, value)
}

export function gradeOf(state: StateView, agent: string, sampleId: string): GoldGrade | undefined {
  return state.get<GoldGrade>(collections(agent).grades.name, sampleId)
}

export function gradesOf(state: StateView, agent: string): readonly GoldGrade[] {
  return Array.from(state.entries<GoldGrade>(collections(agent).grades.name), ([, grade]) => grade)
}

export function answerChanges(
  state: StateView,
  agent: string,
  sampleId: string,
  answer: string | null,
): readonly StateChange[] {
  return answer === null ? [] : put(state, collections(agent).answers, sampleId, answer.slice(0, maxAnswerLength))
}

export function answerOf(state: StateView, agent: string, sampleId: string): string | null {
  return state.get<string>(collections(agent).answers.name, sampleId) ?? null
}

export function versionsOf(state: StateView, agent: string): readonly JudgeVersion[] {
  const versions = state.entries<JudgeVersionTrust>(collections(agent).versions.name)
  return Array.from(versions, ([, { instrument }]) => instrument)
}

export function trustOf(state: StateView, agent: string, judgeVersion: JudgeVersion): JudgeTrust {
  const key = judgeVersionKey(judgeVersion)
  const known = state.get<JudgeVersionTrust>(collections(agent).versions.name, key)
  const pairs = Array.from(state.entries<ScoredPair>(pairsCollection(agent, judgeVersion).name), ([, pair]) => pair)
  return { trusted: known?.trusted ?? false, pairs }
}

/** Keeps whether a version is trusted, and its newest pair. The pairs of a version that is forgotten for it are deleted. */
export function trustChanges(
  state: StateView,
  agent: string,
  judgeVersion: JudgeVersion,
  sampleId: string,
  { trusted, pairs }: JudgeTrust,
): readonly StateChange[] {
  const { versions } = collections(agent)
  const value: JudgeVersionTrust = { instrument: judgeVersion, trusted }
  const kept = put(state, versions, judgeVersionKey(judgeVersion), value)
  const forgotten = kept
    .filter(change => change.value === null)
    .flatMap(({ key }) => state.get<JudgeVersionTrust>(versions.name, key) ?? [])
    .flatMap(({ instrument }) => {
      const collection = pairsCollection(agent, instrument).name
      return Array.from(state.entries(collection), ([key]) => ({ collection, key, value: null }))
    })
  return [...kept, ...forgotten, ...put(state, pairsCollection(agent, judgeVersion), sampleId, pairs.at(-1))]
}

export function regressionOf(state: StateView, agent: string): OnlineRegression {
  return state.get<OnlineRegression>('regressions', agent) ?? initialRegression
}

export function regressionChange(agent: string, value: OnlineRegression): StateChange {
  return { collection: 'regressions', key: agent, value }
}
