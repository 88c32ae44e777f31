import type { Outcome } from '#schemas/events.ts'

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
