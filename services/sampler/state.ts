import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { ArmWeight, Outcome, SampleSelected } from '#schemas/events.ts'
import type { QuestionInContext } from '#text/question-vector.ts'
import type { OutcomeScale } from './controller.ts'

/** One of the newest turns: one passed over may still be picked by a late outcome. `number` counts the turns of the agent. */
export type RecentTurn = {
  readonly number: number
  readonly at: number
  readonly turn: Pick<SampleSelected, 'conversationId' | 'turnId' | 'question' | 'earlier' | 'plan' | 'answer'>
  /** The arms that spoke for it at arrival, those of outcomes left out. */
  readonly arms: readonly ArmWeight[]
  readonly scale: OutcomeScale
  readonly known: Pick<Outcome, 'repeatAsk' | 'latencyMs'>
  /** Decayed thumbs down of the planned tool when it arrived. */
  readonly complaints: number
  readonly picked: boolean
}

/** A remembered question; `number` counts up by one from entry to entry of its ring. */
export type NumberedQuestion = { readonly number: number; readonly turn: QuestionInContext }

/** A turn whose number let it contend for a ranked arm. As numbers are chance, contenders ask what all turns ask. */
export type Contender = NumberedQuestion & { readonly turn: Pick<RecentTurn['turn'], 'turnId' | 'plan'> }

/** A count that fades: `count` as it was at number `at`. */
export type DecayedCount = { readonly count: number; readonly at: number }

export type Collections = ReturnType<typeof collectionNames>

/** Collections of one agent. Agents never mix. */
export function collections(agent: string): Collections {
  const known = collectionsByAgent.get(agent)
  if (known) return known
  const names = collectionNames(agent)
  collectionsByAgent.set(agent, names)
  return names
}

const collectionsByAgent = new Map<string, Collections>()

const collectionNames = (agent: string) => ({
  control: `control/${agent}`,
  /** By planned tool: decayed picks, on the clock of the picks. */
  tools: `tools/${agent}`,
  /** By planned tool: decayed thumbs down, on the clock of the turns. */
  complaints: `complaints/${agent}`,
  /** By conversation: what was said of its turns. */
  remarks: `remarks/${agent}`,
  /** A ring. */
  recent: `recent/${agent}`,
  /** A ring: what density is measured against, and where intents emerge. */
  contenders: `contenders/${agent}`,
  /** A ring: what novelty and near-duplicates are measured against. */
  picked: `picked/${agent}`,
  /** By conversation: the family of its picked turns. */
  families: `families/${agent}`,
  /** By planned tool: what was not told yet, see `tally`. */
  tallies: `tallies/${agent}`,
  /** Emerging intents that were told, by number. */
  emerged: `emerged/${agent}`,
})

/** Numbers that an index of a collection spans, and after how many it is renewed. */
export const indexSpans = { contenders: { span: 3_000, block: 250 }, picked: { span: 2_000, block: 50 } } as const

/** How many of each are remembered per agent and partition; the oldest is forgotten first. */
export const limits = {
  remarks: 10_000,
  recent: 10_000,
  contenders: 4_000,
  picked: 2_050,
  families: 10_000,
  tools: 1_000,
  complaints: 1_000,
  tallies: 1_000,
  emerged: 100,
} as const

/** Collections in which a newer entry overwrites the oldest, which costs one change of state where forgetting by key costs two. */
export type Ring = 'recent' | 'contenders' | 'picked'

/** The key in a ring of what has this number. */
export const ringKey = (ring: Ring, number: number): string => String(number % limits[ring])

/** Numbers after which one counts half as much. */
const halfLife = 500

export function decayedCount(counted: DecayedCount | undefined, now: number): number {
  return counted === undefined ? 0 : counted.count * 0.5 ** ((now - counted.at) / halfLife)
}

/** Counts one more of a key at number `now`. */
export function incrementDecayed(
  state: StateView,
  collection: string,
  key: string,
  limit: number,
  now: number,
): readonly StateChange[] {
  const before = state.get<DecayedCount>(collection, key)
  const value: DecayedCount = { count: decayedCount(before, now) + 1, at: now }
  return boundedChanges(state, collection, limit, [[key, value]])
}

/** A pick as later turns are compared with it. Picks of earlier versions have no family. */
export type PickedQuestion = NumberedQuestion & { readonly family?: string }

/** What a pick changes beside the control; `number` is that of the pick. */
export function pickChanges(
  state: StateView,
  names: Collections,
  { conversationId, question, earlier, plan }: RecentTurn['turn'],
  family: string,
  number: number,
): readonly StateChange[] {
  const value: PickedQuestion = { number, turn: { question, earlier: earlier.slice(-2) }, family }
  return [
    ...incrementDecayed(state, names.tools, plan.tool, limits.tools, number),
    { collection: names.picked, key: ringKey('picked', number), value },
    ...(state.get(names.families, conversationId) === undefined
      ? boundedChanges(state, names.families, limits.families, [[conversationId, family]])
      : []),
  ]
}
