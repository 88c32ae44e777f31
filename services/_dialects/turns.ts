import type { ChatLogged, Message, Step } from '#schemas/events.ts'
import { type ConversationMessage, UnreadableConversation } from './conversations/form.ts'
import { jsonBytes, newestMessages } from './earlier.ts'

/** One turn: from a message of the user to the agent's final answer. */
export type ChatTurn = Pick<ChatLogged, 'question' | 'earlier' | 'earlierCut'> & {
  /** How many turns were before this one. */
  readonly turn: number
  /** The texts of the system's messages before the question; undefined where there is none. */
  readonly prompt: string | undefined
  /** What the agent did, in order; empty where it did not answer. */
  readonly steps: readonly TurnStep[]
  readonly answer: string | undefined
}

export type TurnStep = Pick<Step, 'stage' | 'calls' | 'results' | 'text'>

/** The stage of a step where the log does not name one. */
export const plannerStage = 'planner'

/**
 * The turns of a conversation. Each begins with a message of the user, blank ones too: what follows does not belong to the turn
 * before. Its answer is its last text without a call. Throws UnreadableConversation where a result has no call.
 */
export function splitTurns(messages: readonly ConversationMessage[]): readonly ChatTurn[] {
  const turns: ChatTurn[] = []
  const history: Message[] = []
  const sizes: number[] = []
  const prompts: string[] = []
  const starts = messages.flatMap(({ role }, index) => (role === 'user' ? [index] : []))
  let next = 0
  for (const [turn, start] of starts.entries()) {
    for (const message of messages.slice(next, start)) {
      if (message.role === 'system') prompts.push(message.text)
      // A log that begins in the middle may have results of calls that it lacks.
      else if (!isEmptyReply(message) && !(turn === 0 && message.role === 'tool')) {
        history.push(toMessage(message, message.role))
        sizes.push(jsonBytes(toMessage(message, message.role)))
      }
    }
    next = start
    const steps = stepsOf(messages.slice(start + 1, starts[turn + 1]))
    turns.push({
      ...{ question: messages[start]?.text ?? '', turn, steps, answer: lastTextWithoutCall(steps) },
      ...newestMessages(history, sizes),
      prompt: prompts.some(text => text.trim() !== '') ? prompts.join('\n\n') : undefined,
    })
  }
  return turns
}

const toMessage = ({ text, calls, callId }: ConversationMessage, role: Message['role']): Message => ({
  ...{ role, text, calls, callId },
})

/** An assistant that wrote nothing and called nothing, such as a message of thinking alone. */
const isEmptyReply = ({ role, text, calls }: ConversationMessage): boolean =>
  role === 'assistant' && text.trim() === '' && calls.length === 0

/** Each message of the assistant is a step; the results after it belong to its calls. */
export function stepsOf(replies: readonly ConversationMessage[]): readonly TurnStep[] {
  const steps: TurnStep[] = []
  for (const reply of replies) {
    const { role, text, calls } = reply
    if (role === 'assistant' && !isEmptyReply(reply))
      steps.push({ stage: plannerStage, calls, results: [], text: text === '' ? null : text })
    if (role === 'tool') addResult(steps, reply)
  }
  return steps
}

/** Adds a result to the last step with its call. A result without an id answers a call that has no result yet. */
function addResult(steps: TurnStep[], { text, callId, isError }: ConversationMessage): void {
  const index = steps.findLastIndex(
    ({ calls, results }) =>
      results.length < calls.length && (callId === null || calls.some(({ id }) => id === null || id === callId)),
  )
  const step = steps[index]
  if (step === undefined)
    throw new UnreadableConversation('', `a result of the call ${callId ?? '(no id)'}, which its turn does not have`)
  steps[index] = { ...step, results: [...step.results, { callId, text, isError }] }
}

/** The text of the last message, or step, that calls no tool and is not blank. */
export const lastTextWithoutCall = (messages: readonly Pick<TurnStep, 'text' | 'calls'>[]): string | undefined =>
  messages.findLast(({ text, calls }) => calls.length === 0 && text?.trim())?.text ?? undefined

/** Whether a turn can be learnt from: one without a question or without an answer of the agent is left out. */
export const isAnswered = ({ question, steps }: ChatTurn): boolean => question.trim() !== '' && steps.length > 0
