import type { StateView } from '#runtime/state/state.ts'
import { type Conversation, inTime, longest, type Remark, type TurnSeen } from './outcome.ts'
import { type Collections, limits, type Recent, slotOf } from './state.ts'

/** Numbers of the turns of each conversation, from `from` up to `next`; some may be of turns that are forgotten. */
type Index = { readonly from: number; readonly numbers: Map<string, number[]>; next: number }

// An index follows from what is remembered alone, so keeping it changes no answer, only its cost.
const indexes = new WeakMap<StateView, Map<string, Index>>()

/** What is remembered of a conversation; `next` is the number of the agent's next turn. */
export function conversationOf(
  state: StateView,
  names: Collections,
  next: number,
  conversationId: string,
): Conversation {
  const numbers = indexOf(state, names.recent, next).numbers.get(conversationId) ?? []
  const turns: TurnSeen[] = []
  for (const number of numbers.slice(-longest)) {
    const recent = state.get<Recent>(names.recent, slotOf('recent', number))
    if (recent?.number === number)
      turns.push({ id: recent.turn.turnId, at: recent.at, tool: recent.turn.plan.tool, number })
  }
  const remarks = state.get<readonly Remark[]>(names.remarks, conversationId) ?? []
  return { turns: inTime(turns), remarks }
}

function indexOf(state: StateView, recent: string, next: number): Index {
  const ofState = indexes.get(state) ?? new Map<string, Index>()
  indexes.set(state, ofState)
  const known = ofState.get(recent)
  // After a rolled-back batch there are fewer turns than before; and now and then what is forgotten is dropped.
  const usable = known && known.next <= next && next - known.from <= 2 * limits.recent
  const from = Math.max(0, next - limits.recent)
  const index = usable ? known : { from, numbers: new Map(), next: from }
  for (; index.next < next; index.next++) {
    const conversation = state.get<Recent>(recent, slotOf('recent', index.next))?.turn.conversationId
    const numbers = index.numbers.get(conversation ?? '')
    if (numbers) numbers.push(index.next)
    else if (conversation !== undefined) index.numbers.set(conversation, [index.next])
  }
  ofState.set(recent, index)
  return index
}
