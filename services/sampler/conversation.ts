import type { StateView } from '#runtime/state/state.ts'
import type { Outcome } from '#schemas/events.ts'
import { toolOf } from '#schemas/turns.ts'
import { type Collections, type RecentTurn, type Ring, ringEntry } from './state.ts'
import { createStateCache } from './state-cache.ts'

/** A turn of a conversation; `tool` is the planned one, `number` counts the turns of the agent. */
export type SeenTurn = { readonly id: string; readonly at: number; readonly tool: string; readonly number: number }

/** The turns and the outcome signals of a conversation, by time and not by arrival. */
export type Conversation = { readonly turns: readonly SeenTurn[]; readonly signals: readonly OutcomeSignal[] }

/** An escalation or a rating. One without a turn concerns the last turn before it. */
export type OutcomeSignal = {
  readonly id: string
  readonly at: number
  readonly turnId: string | null
  readonly kind: 'escalated' | 'up' | 'down'
}

/** Turns and signals of one conversation that are remembered. */
const maxRemembered = 50

export function withTurn(conversation: Conversation, turn: SeenTurn): Conversation {
  return { ...conversation, turns: newestByTime([...conversation.turns, turn]) }
}

export function withSignal(conversation: Conversation, signal: OutcomeSignal): Conversation {
  return { ...conversation, signals: newestByTime([...conversation.signals, signal]) }
}

/** The outcome of a turn: the same in any order of arrival. One thumb down outweighs any number of thumbs up. */
export function outcomeOf(conversation: Conversation, turnId: string): Pick<Outcome, 'escalated' | 'rating'> {
  const kinds = new Set(
    conversation.signals.filter(signal => turnOfSignal(conversation, signal)?.id === turnId).map(({ kind }) => kind),
  )
  return { escalated: kinds.has('escalated'), rating: kinds.has('down') ? 'down' : kinds.has('up') ? 'up' : null }
}

/** The turn that a signal concerns, among the turns that arrived so far. */
export function turnOfSignal({ turns }: Conversation, { turnId, at }: OutcomeSignal): SeenTurn | undefined {
  return turnId === null ? turns.findLast(turn => turn.at <= at) : turns.find(({ id }) => id === turnId)
}

function newestByTime<T extends { readonly id: string; readonly at: number }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(-maxRemembered)
}

/** What is remembered of a conversation; `next` is the number of the agent's next turn. */
export function conversationOf(
  state: StateView,
  names: Collections,
  next: number,
  conversationId: string,
): Conversation {
  const numbers = turnNumbers(state, names.recent, next).get(conversationId) ?? []
  const turns = numbers.slice(-maxRemembered).flatMap((number): SeenTurn[] => {
    const recent = ringEntry<RecentTurn>(state, names.recent, number)
    if (recent?.number !== number) return []
    return [{ id: recent.turn.turnId, at: recent.at, tool: toolOf(recent.turn.plan.calls), number }]
  })
  const signals = state.get<readonly OutcomeSignal[]>(names.signals.name, conversationId) ?? []
  return { turns: newestByTime(turns), signals }
}

/** The numbers of each conversation's turns, from `from` up to `next`. Some may be of turns that are forgotten. */
type TurnIndex = { readonly from: number; readonly numbers: Map<string, number[]>; next: number }

const cachedIndex = createStateCache<TurnIndex>()

function turnNumbers(state: StateView, recent: Ring, next: number): TurnIndex['numbers'] {
  return cachedIndex(state, recent.name, cached => {
    // After a batch was rolled back there are fewer turns than were indexed. After many turns, forgotten ones are dropped.
    const isUsable = cached && cached.next <= next && next - cached.from <= 2 * recent.limit
    const from = Math.max(0, next - recent.limit)
    const index = isUsable ? cached : { from, numbers: new Map<string, number[]>(), next: from }
    for (; index.next < next; index.next++) {
      const conversationId = ringEntry<RecentTurn>(state, recent, index.next)?.turn.conversationId
      if (conversationId === undefined) continue
      const numbers = index.numbers.get(conversationId)
      if (numbers) numbers.push(index.next)
      else index.numbers.set(conversationId, [index.next])
    }
    return index
  }).numbers
}
