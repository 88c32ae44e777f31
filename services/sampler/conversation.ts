import type { StateView } from '#runtime/state/state.ts'
import type { Outcome } from '#schemas/events.ts'
import { type Collections, limits, type RecentTurn, ringKey } from './state.ts'

/** What is remembered of a turn besides what it asked; `tool` is the planned one, `number` counts the turns of the agent. */
export type SeenTurn = { readonly id: string; readonly at: number; readonly tool: string; readonly number: number }

/** What is remembered of a conversation: which turns it had, and what was said of them, in order of time, not of arrival. */
export type Conversation = { readonly turns: readonly SeenTurn[]; readonly signals: readonly OutcomeSignal[] }

/** An escalation or a rating; without a turn it concerns the last one before it. */
export type OutcomeSignal = {
  readonly id: string
  readonly at: number
  readonly turnId: string | null
  readonly kind: 'escalated' | 'up' | 'down'
}

/** Turns and remarks of one conversation that are remembered. */
export const maxRemembered = 50

export function withTurn(conversation: Conversation, turn: SeenTurn): Conversation {
  return { ...conversation, turns: newestByTime([...conversation.turns, turn]) }
}

export function withSignal(conversation: Conversation, remark: OutcomeSignal): Conversation {
  return { ...conversation, signals: newestByTime([...conversation.signals, remark]) }
}

/** A function of what was said, not of when it arrived. One thumb down outweighs any up. */
export function outcomeOf(conversation: Conversation, turnId: string): Pick<Outcome, 'escalated' | 'rating'> {
  const kinds = new Set(
    conversation.signals.filter(remark => turnOfSignal(conversation, remark)?.id === turnId).map(({ kind }) => kind),
  )
  return { escalated: kinds.has('escalated'), rating: kinds.has('down') ? 'down' : kinds.has('up') ? 'up' : null }
}

/** The turn that a remark concerns, as far as is known now. */
export function turnOfSignal({ turns }: Conversation, { turnId, at }: OutcomeSignal): SeenTurn | undefined {
  return turnId === null ? turns.findLast(turn => turn.at <= at) : turns.find(({ id }) => id === turnId)
}

export function newestByTime<T extends { readonly id: string; readonly at: number }>(
  items: readonly T[],
): readonly T[] {
  return items.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(-maxRemembered)
}

/** Numbers of the turns of each conversation, from `from` up to `next`; some may be of turns that are forgotten. */
type ConversationIndex = { readonly from: number; readonly numbers: Map<string, number[]>; next: number }

// An index follows from what is remembered alone, so keeping it changes no answer, only its cost.
const indexes = new WeakMap<StateView, Map<string, ConversationIndex>>()

/** What is remembered of a conversation; `next` is the number of the agent's next turn. */
export function conversationOf(
  state: StateView,
  names: Collections,
  next: number,
  conversationId: string,
): Conversation {
  const numbers = conversationIndex(state, names.recent, next).numbers.get(conversationId) ?? []
  const turns: SeenTurn[] = []
  for (const number of numbers.slice(-maxRemembered)) {
    const recent = state.get<RecentTurn>(names.recent, ringKey('recent', number))
    if (recent?.number === number)
      turns.push({ id: recent.turn.turnId, at: recent.at, tool: recent.turn.plan.tool, number })
  }
  const signals = state.get<readonly OutcomeSignal[]>(names.remarks, conversationId) ?? []
  return { turns: newestByTime(turns), signals }
}

function conversationIndex(state: StateView, recent: string, next: number): ConversationIndex {
  const ofState = indexes.get(state) ?? new Map<string, ConversationIndex>()
  indexes.set(state, ofState)
  const known = ofState.get(recent)
  // After a rolled-back batch there are fewer turns than before; and now and then what is forgotten is dropped.
  const usable = known && known.next <= next && next - known.from <= 2 * limits.recent
  const from = Math.max(0, next - limits.recent)
  const index = usable ? known : { from, numbers: new Map(), next: from }
  for (; index.next < next; index.next++) {
    const conversation = state.get<RecentTurn>(recent, ringKey('recent', index.next))?.turn.conversationId
    const numbers = index.numbers.get(conversation ?? '')
    if (numbers) numbers.push(index.next)
    else if (conversation !== undefined) index.numbers.set(conversation, [index.next])
  }
  ofState.set(recent, index)
  return index
}
