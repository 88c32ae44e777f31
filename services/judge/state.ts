import type { Change, StateView } from '#runtime/state.ts'
import type { Pair } from './calibration.ts'

/** What gold will want to know of a sample: its arms, and the score that signals gave it until it served calibration. */
export type Judged = { readonly score: number | null; readonly arms: readonly string[] }

/** Samples remembered per agent; gold for older ones names no arms and calibrates nothing. */
const maxJudged = 10_000

export const judgedOf = (agent: string): string => `judged/${agent}`

export function keepJudged(state: StateView, agent: string, sampleId: string, value: Judged): readonly Change[] {
  const collection = judgedOf(agent)
  const [oldest] = state.entries(collection)
  const full = state.size(collection) >= maxJudged && state.get(collection, sampleId) === undefined
  const room = full && oldest ? [{ collection, key: oldest[0], value: null }] : []
  return [...room, { collection, key: sampleId, value }]
}

export function pairsOf(state: StateView, agent: string): readonly Pair[] {
  return state.get<readonly Pair[]>('pairs', agent) ?? []
}

export function keepPairs(agent: string, pairs: readonly Pair[]): Change {
  return { collection: 'pairs', key: agent, value: pairs }
}
