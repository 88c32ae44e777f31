import type { ChatMessage, ToolCall } from './messages.ts'
import { type ChatTurn, lastTextWithoutCall, turnsFromMessages } from './turns.ts'

/** One call of a model, of a tool, or of an agent around them, as tracing tools record it. Times in ms since 1970. */
export type TraceStep = {
  readonly start: number
  readonly end: number
  readonly input: readonly ChatMessage[]
  readonly output: readonly ChatMessage[]
  /** The tool call that the step itself is. */
  readonly call?: ToolCall | undefined
}

/** A turn and its duration in ms. The duration is undefined where no step has the tool call, so the first step is missing. */
export type RecordedTurn = { readonly turn: ChatTurn; readonly latencyMs: number | undefined }

/**
 * The one turn that steps belong to, undefined when no step has a message of the user. A model is sent the whole conversation
 * each time, so the step with the most messages gives the turn, and the other steps give the plan and answer it lacks.
 * `agentStep` is the step around all of them: where it has a question, steps about another one (a title for the chat) are left out.
 */
export function turnFromSteps(steps: readonly TraceStep[], agentStep?: TraceStep): RecordedTurn | undefined {
  const inOrder = steps.toSorted((a, b) => a.start - b.start)
  const question = agentStep && lastTurnOf(agentStep)?.question
  const candidates = inOrder.flatMap(step => {
    const turn = lastTurnOf(step)
    if (turn === undefined || (question !== undefined && turn.question !== question)) return []
    return [{ turn, messages: step.input.length + step.output.length }]
  })
  const [longest] = candidates.toReversed().toSorted((a, b) => b.messages - a.messages)
  if (longest === undefined) return undefined
  const calls = inOrder.flatMap(({ output, call }) => [
    ...output.flatMap(message => message.calls),
    ...(call ? [call] : []),
  ])
  const turn = {
    ...longest.turn,
    plan: longest.turn.plan ?? calls[0],
    answer: longest.turn.answer ?? lastTextWithoutCall(inOrder.flatMap(({ output }) => output)),
  }
  const latencyMs = Math.max(...steps.map(({ end }) => end)) - Math.min(...steps.map(({ start }) => start))
  return { turn, latencyMs: calls.length > 0 ? latencyMs : undefined }
}

const lastTurnOf = ({ input, output }: TraceStep): ChatTurn | undefined =>
  turnsFromMessages([...input, ...output]).at(-1)
