import type { Outcome } from '#schemas/events.ts'

/** What is remembered of a turn besides what it asked; `tool` is the planned one, `number` counts the turns of the agent. */
export type TurnSeen = { readonly id: string; readonly at: number; readonly tool: string; readonly number: number }

/** What is remembered of a conversation: which turns it had, and what was said of them, in order of time, not of arrival. */
export type Conversation = { readonly turns: readonly TurnSeen[]; readonly remarks: readonly Remark[] }

/** An escalation or a rating; without a turn it concerns the last one before it. */
export type Remark = {
  readonly id: string
  readonly at: number
  readonly turnId: string | null
  readonly kind: 'escalated' | 'up' | 'down'
}

/** Turns and remarks of one conversation that are remembered. */
export const longest = 50

export function withTurn(conversation: Conversation, turn: TurnSeen): Conversation {
  return { ...conversation, turns: inTime([...conversation.turns, turn]) }
}

export function withRemark(conversation: Conversation, remark: Remark): Conversation {
  return { ...conversation, remarks: inTime([...conversation.remarks, remark]) }
}

/** A function of what was said, not of when it arrived. One thumb down outweighs any up. */
export function outcomeOf(conversation: Conversation, turnId: string): Pick<Outcome, 'escalated' | 'rating'> {
  const kinds = new Set(
    conversation.remarks.filter(remark => targetOf(conversation, remark)?.id === turnId).map(({ kind }) => kind),
  )
  return { escalated: kinds.has('escalated'), rating: kinds.has('down') ? 'down' : kinds.has('up') ? 'up' : null }
}

/** The turn that a remark concerns, as far as is known now. */
export function targetOf({ turns }: Conversation, { turnId, at }: Remark): TurnSeen | undefined {
  return turnId === null ? turns.findLast(turn => turn.at <= at) : turns.find(({ id }) => id === turnId)
}

export function inTime<T extends { readonly id: string; readonly at: number }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(-longest)
}
