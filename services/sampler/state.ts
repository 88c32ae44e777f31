import { keepBounded } from '#runtime/state/bounded.ts'
import type { Change, StateView } from '#runtime/state/state.ts'
import type { ArmWeight, Outcome, SampleSelected } from '#schemas/events.ts'
import type { Scale } from './controller.ts'
import type { Numbered } from './recall.ts'

/** One of the newest turns: one passed over may still be picked by a late outcome. `number` counts the turns of the agent. */
export type Recent = {
  readonly number: number
  readonly at: number
  readonly turn: Pick<SampleSelected, 'conversationId' | 'turnId' | 'question' | 'earlier' | 'plan' | 'answer'>
  /** The arms that spoke for it at arrival, those of outcomes left out. */
  readonly arms: readonly ArmWeight[]
  readonly scale: Scale
  readonly known: Pick<Outcome, 'repeatAsk' | 'latencyMs'>
  /** Decayed thumbs down of the planned tool when it arrived. */
  readonly complaints: number
  readonly picked: boolean
}

/** A turn whose number let it contend for a ranked arm. As numbers are chance, contenders ask what all turns ask. */
export type Contender = Numbered & { readonly turn: Pick<Recent['turn'], 'turnId' | 'plan'> }

/** A count that fades: `count` as it was at number `at`. */
export type Decayed = { readonly count: number; readonly at: number }

export type Collections = ReturnType<typeof named>

/** Collections of one agent. Agents never mix. */
export function collections(agent: string): Collections {
  const known = namesOf.get(agent)
  if (known) return known
  const names = named(agent)
  namesOf.set(agent, names)
  return names
}

const namesOf = new Map<string, Collections>()

const named = (agent: string) => ({
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
  /** A ring: what novelty is measured against. */
  picked: `picked/${agent}`,
  /** By planned tool: what was not told yet, see `tally`. */
  tallies: `tallies/${agent}`,
  /** Emerging intents that were told, by number. */
  emerged: `emerged/${agent}`,
})

/** Numbers that an index of a collection spans, and after how many it is renewed. */
export const spans = { contenders: { span: 3_000, block: 250 }, picked: { span: 2_000, block: 50 } } as const

/** How many of each are remembered per agent and partition; the oldest is forgotten first. */
export const limits = {
  remarks: 10_000,
  recent: 10_000,
  contenders: 4_000,
  picked: 2_050,
  tools: 1_000,
  complaints: 1_000,
  tallies: 1_000,
  emerged: 100,
} as const

/** Collections in which a newer entry overwrites the oldest, which costs one change of state where forgetting by key costs two. */
export type Ring = 'recent' | 'contenders' | 'picked'

/** The key in a ring of what has this number. */
export const slotOf = (ring: Ring, number: number): string => String(number % limits[ring])

/** Numbers after which one counts half as much. */
const halfLife = 500

export function decayed(counted: Decayed | undefined, now: number): number {
  return counted === undefined ? 0 : counted.count * 0.5 ** ((now - counted.at) / halfLife)
}

/** Counts one more of a key at number `now`. */
export function countOne(
  state: StateView,
  collection: string,
  key: string,
  limit: number,
  now: number,
): readonly Change[] {
  const before = state.get<Decayed>(collection, key)
  const value: Decayed = { count: decayed(before, now) + 1, at: now }
  return keepBounded(state, collection, limit, [[key, value]])
}

/** A pick as novelty remembers it. */
export type Picked = Numbered

/** What a pick changes beside the control; `number` is that of the pick. */
export function remember(
  state: StateView,
  names: Collections,
  { question, earlier, plan }: Recent['turn'],
  number: number,
): readonly Change[] {
  const value: Picked = { number, turn: { question, earlier: earlier.slice(-2) } }
  return [
    ...countOne(state, names.tools, plan.tool, limits.tools, number),
    { collection: names.picked, key: slotOf('picked', number), value },
  ]
}
