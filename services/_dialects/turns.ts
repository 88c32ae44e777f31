import type { ChatMessage, ToolCall } from './messages.ts'

/** One turn: a message of the user and what the assistant did with it. `plan` is its first tool call, undefined without one. */
export type ChatTurn = {
  readonly question: string
  /** The user's earlier questions, oldest first. */
  readonly earlier: readonly string[]
  /** How many turns were before this one, those that `earlier` leaves out included. */
  readonly turn: number
  readonly plan: ToolCall | undefined
  readonly answer: string | undefined
}

/** The most that a chat log may have. */
const maxEarlier = 50

/** The turns of a conversation. Each begins with a message of the user; its answer is its last text without a call. */
export function turnsFromMessages(messages: readonly ChatMessage[]): readonly ChatTurn[] {
  const questions = messages.flatMap(({ role, text }, index) =>
    role === 'user' && text.trim() !== '' ? [{ text, index }] : [],
  )
  return questions.map(({ text, index }, turn) => {
    const replies = messages.slice(index + 1, questions[turn + 1]?.index).filter(({ role }) => role === 'assistant')
    return {
      question: text,
      earlier: questions.slice(Math.max(0, turn - maxEarlier), turn).map(earlier => earlier.text),
      turn,
      plan: replies.flatMap(({ calls }) => calls)[0],
      answer: lastTextWithoutCall(replies),
    }
  })
}

/** The text of the last message that calls no tool and is not blank. */
export const lastTextWithoutCall = (messages: readonly ChatMessage[]): string | undefined =>
  messages.findLast(({ text, calls }) => calls.length === 0 && text.trim() !== '')?.text
