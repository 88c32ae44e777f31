import { keepBounded } from '#runtime/state/bounded.ts'
import type { Change, StateView } from '#runtime/state/state.ts'
import type { SampleScored } from '#schemas/events.ts'
import type { Regression } from '#statistics/regression.ts'
import type { Pair } from './calibration.ts'
import { type Instrument, keyOf } from './instrument.ts'
import type { SignalsAndGold } from './packet.ts'
import { unlearned } from './signals.ts'
import { remembered, type Standing } from './standing.ts'

/** What gold will want to know of a sample. */
export type Judged = {
  readonly arms: readonly string[]
  readonly inclusionProbability: number
  readonly signals: SignalsAndGold
  readonly scores: readonly (Instrument & { readonly pair: Omit<Pair, 'right'> })[]
  /** Gold came, and every instrument was held against it. */
  readonly graded: boolean
}

/** What gold said of a sample: the figures of the judge rest on it, and later plans for such questions are held against it. */
export type Graded = Pick<
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
export type Named = { readonly instrument: Instrument; readonly trusted: boolean }

/** How many of each are remembered per agent; the oldest is forgotten first. Gold for a forgotten sample names no arms and calibrates nothing. */
const limits = { judged: 10_000, answers: 2_000, graded: 2_000, standings: 20 } as const
/** Characters of an answer that are kept until its gold comes. */
const longestAnswer = 4_096

/** Collections of one agent, by sample id, the standings by instrument. Agents never mix. */
export const collectionsOf = (agent: string) => ({
  judged: `samples/${agent}`,
  answers: `answers/${agent}`,
  graded: `graded/${agent}`,
  standings: `standings/${agent}`,
})

const pairsOf = (agent: string, instrument: Instrument): string => `pairs/${agent}/${keyOf(instrument)}`

function keep(
  state: StateView,
  agent: string,
  kind: keyof typeof limits,
  key: string,
  value: unknown,
): readonly Change[] {
  return keepBounded(state, collectionsOf(agent)[kind], limits[kind], [[key, value]])
}

export function keepJudged(state: StateView, agent: string, sampleId: string, value: Judged): readonly Change[] {
  return keep(state, agent, 'judged', sampleId, value)
}

export function keepGraded(state: StateView, agent: string, sampleId: string, value: Graded): readonly Change[] {
  return keep(state, agent, 'graded', sampleId, value)
}

export function keepAnswer(
  state: StateView,
  agent: string,
  sampleId: string,
  answer: string | null,
): readonly Change[] {
  return answer === null ? [] : keep(state, agent, 'answers', sampleId, answer.slice(0, longestAnswer))
}

export function* gradedOf(state: StateView, agent: string): Generator<Graded, void> {
  for (const [, graded] of state.entries<Graded>(collectionsOf(agent).graded)) yield graded
}

export function answerOf(state: StateView, agent: string, sampleId: string): string | null {
  return state.get<string>(collectionsOf(agent).answers, sampleId) ?? null
}

export function standingOf(state: StateView, agent: string, instrument: Instrument): Standing {
  const named = state.get<Named>(collectionsOf(agent).standings, keyOf(instrument))
  const pairs = Array.from(state.entries<Pair>(pairsOf(agent, instrument)), ([, pair]) => pair)
  return { trusted: named?.trusted ?? false, pairs }
}

/** Keeps the newest pair of a standing, and who it is of. The pairs of a version that is forgotten go with it. */
export function keepStanding(
  state: StateView,
  agent: string,
  instrument: Instrument,
  sampleId: string,
  { trusted, pairs }: Standing,
): readonly Change[] {
  const { standings } = collectionsOf(agent)
  const named = keep(state, agent, 'standings', keyOf(instrument), { instrument, trusted } satisfies Named)
  const gone = named.flatMap(({ key, value }) => (value === null ? (state.get<Named>(standings, key) ?? []) : []))
  const forgotten = gone.flatMap(({ instrument: old }) => {
    const collection = pairsOf(agent, old)
    return Array.from(state.entries(collection), ([key]) => ({ collection, key, value: null }))
  })
  const newest = keepBounded(state, pairsOf(agent, instrument), remembered, [[sampleId, pairs.at(-1)]])
  return [...named, ...forgotten, ...newest]
}

export function regressionOf(state: StateView, agent: string): Regression {
  return state.get<Regression>('regressions', agent) ?? unlearned
}

export function keepRegression(agent: string, value: Regression): Change {
  return { collection: 'regressions', key: agent, value }
}
