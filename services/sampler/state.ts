import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { ArmWeight, Outcome, SampleSelected } from '#schemas/events.ts'
import { toolOf, userTexts } from '#schemas/turns.ts'
import { COUNTED_EARLIER_TURNS } from '#text/features.ts'
import type { QuestionInContext } from '#text/question-vector.ts'
import type { OutcomeScale } from './controller.ts'

/** One of the newest turns. One that was not picked may still be picked by a later outcome. */
export type RecentTurn = {
  /** Counts the turns of the agent. */
  readonly number: number
  readonly at: number
  readonly turn: Pick<
    SampleSelected,
    | 'conversationId'
    | 'turnId'
    | 'step'
    | 'question'
    | 'earlier'
    | 'earlierCut'
    | 'prompt'
    | 'steps'
    | 'plan'
    | 'answer'
  >
  /** The arms that gave it a probability at arrival, without those of outcomes. */
  readonly arms: readonly ArmWeight[]
  readonly scale: OutcomeScale
  readonly known: Pick<Outcome, 'repeatAsk' | 'latencyMs'>
  /** Decayed count of thumbs down of the planned tool when the turn arrived. */
  readonly complaints: number
  readonly picked: boolean
}

/** A remembered question; `number` counts up by one from entry to entry of its ring. */
export type NumberedQuestion = { readonly number: number; readonly turn: QuestionInContext }

/** A turn whose sampling hash makes it a contender. Hashes are independent of the text, so that contenders ask what all turns ask. */
export type Contender = NumberedQuestion & {
  readonly turn: QuestionInContext &
    Pick<RecentTurn['turn'], 'turnId' | 'plan'> & {
      /** In ms since 1970; absent in state from before it was kept. */
      readonly at?: number
    }
}

/** A pick as later turns are compared with it. Picks of earlier versions have no family. */
export type PickedQuestion = NumberedQuestion & { readonly family?: string }

/** A count that decays: `count` is its value at number `at`. */
export type DecayedCount = { readonly count: number; readonly at: number }

/** A collection that forgets its oldest keys beyond `limit`. */
export type BoundedCollection = { readonly name: string; readonly limit: number }

/** A collection of numbered entries. A new one overwrites the oldest: one change of state, where forgetting a key takes two. */
export type Ring = BoundedCollection

/** A ring with an index over its newest `span` numbers, which is made anew after every `block` numbers. */
export type IndexedRing = Ring & { readonly span: number; readonly block: number }

export type Collections = ReturnType<typeof collections>

/** The collections of one agent. */
export const collections = (agent: string) =>
  ({
    /** One key, `control`: the state of the controller. */
    controller: `control/${agent}`,
    /** By planned tool: decayed picks, by the number of picks. */
    tools: { name: `tools/${agent}`, limit: 1_000 },
    /** By planned tool: decayed thumbs down, by the number of turns. */
    complaints: { name: `complaints/${agent}`, limit: 1_000 },
    /** By conversation: the outcome signals of its turns. */
    signals: { name: `remarks/${agent}`, limit: 10_000 },
    recent: { name: `recent/${agent}`, limit: 10_000 },
    /** What density is measured against, and where intents emerge. */
    contenders: { name: `contenders/${agent}`, limit: 4_000, span: 3_000, block: 250 },
    /** What novelty and near-duplicates are measured against. */
    picked: { name: `picked/${agent}`, limit: 2_050, span: 2_000, block: 50 },
    /** By conversation: the family of its picked turns. */
    families: { name: `families/${agent}`, limit: 10_000 },
    /** By planned tool: counts that are not published yet. */
    tallies: { name: `tallies/${agent}`, limit: 1_000 },
    /** Emerging intents that were published, by number. */
    emerged: { name: `emerged/${agent}`, limit: 100 },
  }) as const satisfies Record<string, string | BoundedCollection | IndexedRing>

/** Adds to a bounded collection. */
export const putChanges = (
  state: StateView,
  { name, limit }: BoundedCollection,
  key: string,
  value: unknown,
): readonly StateChange[] => boundedChanges(state, name, limit, [[key, value]])

/** Adds to a ring. */
export const ringChange = ({ name, limit }: Ring, number: number, value: object): StateChange => ({
  ...{ collection: name, key: String(number % limit), value },
})

/** The entry of a ring at the place of a number: it may be that of an older number, or of none. */
export const ringEntry = <T>(state: StateView, { name, limit }: Ring, number: number): T | undefined =>
  state.get<T>(name, String(number % limit))

/** Numbers after which an entry counts half. */
const halfLife = 500

export function decayedCount(counted: DecayedCount | undefined, now: number): number {
  return counted === undefined ? 0 : counted.count * 0.5 ** ((now - counted.at) / halfLife)
}

/** Counts one more of a key at number `now`. */
export function incrementDecayed(
  state: StateView,
  collection: BoundedCollection,
  key: string,
  now: number,
): readonly StateChange[] {
  const before = state.get<DecayedCount>(collection.name, key)
  const value: DecayedCount = { count: decayedCount(before, now) + 1, at: now }
  return putChanges(state, collection, key, value)
}

/** What a pick changes, except for the controller; `number` counts the picks of the agent. */
export function pickChanges(
  state: StateView,
  names: Collections,
  { conversationId, question, earlier, plan }: RecentTurn['turn'],
  family: string,
  number: number,
): readonly StateChange[] {
  const value: PickedQuestion = { number, turn: comparedQuestion({ question, earlier }), family }
  const hasFamily = state.get(names.families.name, conversationId) !== undefined
  return [
    ...incrementDecayed(state, names.tools, toolOf(plan.calls), number),
    ringChange(names.picked, number, value),
    ...(hasFamily ? [] : putChanges(state, names.families, conversationId, family)),
  ]
}

/** A question with the earlier ones that its vector depends on; the others are not kept. */
export const comparedQuestion = ({
  question,
  earlier,
}: Pick<SampleSelected, 'question' | 'earlier'>): QuestionInContext => ({
  question,
  earlier: userTexts(earlier).slice(-COUNTED_EARLIER_TURNS),
})
