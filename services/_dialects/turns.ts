import type { Message, Step } from '#schemas/events.ts'
import type { ChatMessage } from './messages.ts'

/** One turn: from a message of the user to the agent's final answer. */
export type ChatTurn = {
  readonly question: string
  /** The messages before it, oldest first; those of the system are left out. */
  readonly earlier: readonly Message[]
  /** How many turns were before this one. */
  readonly turn: number
  /** What the agent did, in order; empty where the conversation ends with the question. */
  readonly steps: readonly TurnStep[]
  readonly answer: string | undefined
}

export type TurnStep = Pick<Step, 'stage' | 'calls' | 'results' | 'text'>

/** The stage of a step where the log does not name one. */
export const plannerStage = 'planner'

/** The turns of a conversation. Each begins with a message of the user; its answer is its last text without a call. */
export function turnsFromMessages(messages: readonly ChatMessage[]): readonly ChatTurn[] {
  const questions = messages.flatMap(({ role, text }, index) =>
    role === 'user' && text.trim() !== '' ? [{ text, index }] : [],
  )
  return questions.map(({ text, index }, turn) => {
    const replies = messages.slice(index + 1, questions[turn + 1]?.index)
    return {
      question: text,
      earlier: messages.slice(0, index).flatMap(toMessage),
      turn,
      steps: stepsOf(replies),
      answer: lastTextWithoutCall(replies.filter(({ role }) => role === 'assistant')),
    }
  })
}

const messageRoles: Readonly<Record<string, Message['role']>> = {
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
}

function toMessage({ role, text, calls, callId }: ChatMessage): readonly Message[] {
  const known = messageRoles[role]
  return known === undefined ? [] : [{ role: known, text, calls, callId }]
}

/** Each message of the assistant is a step; the results after it belong to its calls. */
export function stepsOf(replies: readonly ChatMessage[]): readonly TurnStep[] {
  const steps: TurnStep[] = []
  for (const reply of replies.flatMap(toMessage)) {
    const { role, text, calls, callId } = reply
    if (role === 'assistant') steps.push({ stage: plannerStage, calls, results: [], text: text === '' ? null : text })
    const step = steps.pop()
    if (step === undefined) continue
    steps.push(role === 'tool' ? { ...step, results: [...step.results, { callId, text, isError: null }] } : step)
  }
  return steps
}

/** The text of the last message that calls no tool and is not blank. */
export const lastTextWithoutCall = (messages: readonly ChatMessage[]): string | undefined =>
  messages.findLast(({ text, calls }) => calls.length === 0 && text.trim() !== '')?.text
