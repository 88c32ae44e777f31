import type { StateView } from '#runtime/state/state.ts'
import { type Conversation, maxRemembered, newestByTime, type OutcomeSignal, type SeenTurn } from './outcome.ts'
import { type Collections, limits, type RecentTurn, ringKey } from './state.ts'

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
