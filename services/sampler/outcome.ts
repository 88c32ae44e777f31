import type { Outcome } from '#schemas/events.ts'

/** What is remembered of a conversation: which turns it had, and what was said of them, in any order of arrival. */
export type Conversation = {
  readonly turns: readonly { readonly id: string; readonly at: number }[]
  readonly remarks: readonly Remark[]
}

/** An escalation or a rating; without a turn it concerns the last one before it. */
export type Remark = {
  readonly id: string
  readonly at: number
  readonly turnId: string | null
  readonly kind: 'escalated' | 'up' | 'down'
}

export const silent: Conversation = { turns: [], remarks: [] }

/** Turns and remarks of one conversation that are remembered. */
const longest = 50

export function withTurn(conversation: Conversation, turn: { id: string; at: number }): Conversation {
  return { ...conversation, turns: [...conversation.turns, { id: turn.id, at: turn.at }].slice(-longest) }
}

export function withRemark(conversation: Conversation, remark: Remark): Conversation {
  return { ...conversation, remarks: [...conversation.remarks, remark].slice(-longest) }
}

/** A function of what was said, not of when it arrived. One thumb down outweighs any up. */
export function outcomeOf(conversation: Conversation, turnId: string): Pick<Outcome, 'escalated' | 'rating'> {
  const kinds = new Set(
    conversation.remarks.filter(remark => target(conversation, remark) === turnId).map(({ kind }) => kind),
  )
  return { escalated: kinds.has('escalated'), rating: kinds.has('down') ? 'down' : kinds.has('up') ? 'up' : null }
}

function target({ turns }: Conversation, { turnId, at }: Remark): string | undefined {
  if (turnId !== null) return turnId
  const before = turns.filter(turn => turn.at <= at)
  return before.reduce<(typeof before)[number] | undefined>(
    (last, turn) => (last && last.at > turn.at ? last : turn),
    undefined,
  )?.id
}
