import type { ChatMessage, ToolCall } from './messages.ts'

/** A turn as a chat shows it. `plan` is the first tool called for the question: undefined when none was. */
export type ChatTurn = {
  readonly question: string
  /** The customer's earlier turns, oldest first; `turn` says how many there were. */
  readonly earlier: readonly string[]
  readonly turn: number
  readonly plan: ToolCall | undefined
  readonly answer: string | undefined
}

/** As many as a chat log may have. */
const maxEarlier = 50

/** The turns of a conversation: each begins with a message of the user, and its last text without a call is the answer. */
export function turnsFromMessages(messages: readonly ChatMessage[]): readonly ChatTurn[] {
  const asked = messages.flatMap(({ role, text }, at) => (role === 'user' && text.trim() !== '' ? [{ text, at }] : []))
  return asked.map(({ text, at }, turn) => {
    const replies = messages.slice(at + 1, asked[turn + 1]?.at).filter(({ role }) => role === 'assistant')
    return {
      question: text,
      earlier: asked.slice(Math.max(0, turn - maxEarlier), turn).map(earlier => earlier.text),
      turn,
      plan: replies.flatMap(({ calls }) => calls)[0],
      answer: replies.findLast(({ text, calls }) => calls.length === 0 && text.trim() !== '')?.text,
    }
  })
}

/** One call of a model, of a tool, or of an agent around them, as tracing tools record it. Times in ms since 1970. */
export type TraceStep = {
  readonly start: number
  readonly end: number
  readonly input: readonly ChatMessage[]
  readonly output: readonly ChatMessage[]
  /** What a tool's step says. */
  readonly call?: ToolCall | undefined
}

/** A turn, and the time it took, in ms; undefined where the step that planned is not among those at hand. */
export type RecordedTurn = { readonly turn: ChatTurn; readonly latencyMs: number | undefined }

/**
 * The one turn that steps belong to. A model is sent the whole conversation each time, so the longest one tells most; what it
 * leaves out is taken from the other steps. `frame` is the step around them all: where it says what was asked, conversations
 * about something else, such as a title for the chat, are not looked at. undefined when no user's message is in any.
 */
export function turnFromSteps(steps: readonly TraceStep[], agentStep?: TraceStep): RecordedTurn | undefined {
  const inOrder = steps.toSorted((a, b) => a.start - b.start)
  const asked = agentStep && lastTurn(agentStep)?.question
  const seen = inOrder.flatMap(step => {
    const turn = lastTurn(step)
    const fits = turn !== undefined && (asked === undefined || turn.question === asked)
    return fits ? [{ turn, length: step.input.length + step.output.length }] : []
  })
  const [longest] = seen.toReversed().toSorted((a, b) => b.length - a.length)
  if (longest === undefined) return undefined
  const called = inOrder.flatMap(({ output, call }) => [
    ...output.flatMap(({ calls }) => calls),
    ...(call ? [call] : []),
  ])
  const said = inOrder.flatMap(({ output }) => output.filter(({ calls }) => calls.length === 0))
  const turn = {
    ...longest.turn,
    plan: longest.turn.plan ?? called[0],
    answer: longest.turn.answer ?? said.findLast(({ text }) => text.trim() !== '')?.text,
  }
  const latencyMs = Math.max(...steps.map(({ end }) => end)) - Math.min(...steps.map(({ start }) => start))
  return { turn, latencyMs: called.length > 0 ? latencyMs : undefined }
}

const lastTurn = ({ input, output }: TraceStep): ChatTurn | undefined => turnsFromMessages([...input, ...output]).at(-1)
