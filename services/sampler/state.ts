import type { Change, StateView } from '#runtime/state.ts'
import type { Outcome, SampleSelected } from '#schemas/events.ts'
import type { Interest } from './arms.ts'
import { type Control, type Scale, spent } from './controller.ts'

/** A turn that was not picked, kept until its conversation is forgotten: a late outcome may still pick it. */
export type Passed = {
  readonly turn: Pick<SampleSelected, 'conversationId' | 'turnId' | 'question' | 'earlier' | 'plan' | 'answer'>
  readonly interest: Interest
  readonly scale: Scale
  readonly known: Pick<Outcome, 'repeatAsk' | 'latencyMs'>
}

/** A question as novelty remembers it: what its vector is made of, and no more. */
export type Asked = { readonly question: string; readonly earlier: readonly string[] }

export function askedOf({ question, earlier }: Asked): Asked {
  return { question, earlier: earlier.slice(-2) }
}

/** Picks of one planned tool: `count` as it was at pick number `at` of the agent in this partition. */
export type ToolPicks = { readonly count: number; readonly at: number }

/** Collections of one agent. Agents never mix. */
export const collections = (agent: string) => ({
  control: `control/${agent}`,
  tools: `tools/${agent}`,
  /** By conversation: who said what about which turn. */
  conversations: `conversations/${agent}`,
  /** By turn. */
  passed: `passed/${agent}`,
  /** By turn: what novelty is measured against. */
  picked: `picked/${agent}`,
})

/** How many of each are remembered per agent and partition; the oldest is forgotten first. */
export const limits = { conversations: 4_000, passed: 4_000, picked: 300, tools: 1_000 } as const

/** Forgets the oldest keys of a collection, so that with `coming` new ones it stays within `limit`. */
export function makeRoom(state: StateView, collection: string, limit: number, coming: number): readonly Change[] {
  const tooMany = state.size(collection) + coming - limit
  const forgotten: Change[] = []
  for (const [key] of state.entries(collection)) {
    if (forgotten.length >= tooMany) break
    forgotten.push({ collection, key, value: null })
  }
  return forgotten
}

/** Picks after which one counts half as much. */
const halfLife = 500

export function decayed(picks: ToolPicks | undefined, now: number): number {
  return picks === undefined ? 0 : picks.count * 0.5 ** ((now - picks.at) / halfLife)
}

/** What the picks of one decision change: the control, the novelty memory and the counts per planned tool. */
export function rememberPicks(
  state: StateView,
  names: ReturnType<typeof collections>,
  control: Control,
  turns: readonly Passed['turn'][],
): readonly Change[] {
  const tools = new Map<string, ToolPicks>()
  turns.forEach(({ plan: { tool } }, index) => {
    const at = control.picks + index
    const before = tools.get(tool) ?? state.get<ToolPicks>(names.tools, tool)
    tools.set(tool, { count: decayed(before, at) + 1, at })
  })
  return [
    { collection: names.control, key: 'control', value: spent(control, turns.length) },
    ...makeRoom(state, names.tools, limits.tools, tools.size),
    ...Array.from(tools, ([key, value]) => ({ collection: names.tools, key, value })),
    ...makeRoom(state, names.picked, limits.picked, turns.length),
    ...turns.map(turn => ({ collection: names.picked, key: turn.turnId, value: askedOf(turn) })),
  ]
}
