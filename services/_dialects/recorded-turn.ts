import type { Call } from '#schemas/events.ts'
import type { ConversationMessage } from './conversations/form.ts'
import { type ChatTurn, lastTextWithoutCall, plannerStage, splitTurns, stepsOf } from './turns.ts'

/** One call of a model, of a tool, or of an agent around them, as tracing tools record it. Times in ms since 1970. */
export type TraceStep = {
  readonly start: number
  readonly end: number
  readonly input: readonly ConversationMessage[]
  readonly output: readonly ConversationMessage[]
  /** The tool call that the step itself is. */
  readonly call?: Call | undefined
}

/** A turn, its end and its duration in ms. The duration is undefined where no step has the calls of the turn, so the first step is missing. */
export type RecordedTurn = { readonly turn: ChatTurn; readonly latencyMs: number | undefined; readonly end: number }

/**
 * The one turn that steps belong to, undefined when no step has a message of the user. A model is sent the whole conversation
 * each time, so the step with the most messages gives the turn, and the other steps give the calls and the answer it lacks.
 * `agentStep` is the step around all of them: where it has a question, steps about another one (a title for the chat) are left out.
 */
export function turnFromSteps(steps: readonly TraceStep[], agentStep?: TraceStep): RecordedTurn | undefined {
  const inOrder = steps.toSorted((a, b) => a.start - b.start)
  const question = agentStep && lastTurnOf(agentStep)?.question
  const candidates = inOrder.flatMap(step => {
    const turn = lastTurnOf(step)
    if (turn === undefined || turn.question.trim() === '' || (question !== undefined && turn.question !== question))
      return []
    return [{ turn, messages: step.input.length + step.output.length }]
  })
  const [longest] = candidates.toReversed().toSorted((a, b) => b.messages - a.messages)
  if (longest === undefined) return undefined
  const recorded = stepsOf(inOrder.flatMap(({ output }) => output.filter(({ role }) => role === 'assistant')))
  // Where no model call was recorded with its calls, the calls of tools are what the agent did.
  const called = inOrder.flatMap(({ call }) => (call ? [call] : []))
  const calling = called.map(call => ({ stage: plannerStage, calls: [call], results: [], text: null }))
  const own = longest.turn.steps
  const turn = {
    ...longest.turn,
    steps: [own, recorded, [...calling, ...recorded]].find(hasCalls) ?? (own.length > 0 ? own : recorded),
    answer: longest.turn.answer ?? lastTextWithoutCall(recorded),
  }
  const isWhole = called.length > 0 || hasCalls(recorded) || !hasCalls(own)
  const end = Math.max(...steps.map(step => step.end))
  const latencyMs = end - Math.min(...steps.map(({ start }) => start))
  return { turn, latencyMs: isWhole ? latencyMs : undefined, end }
}

/**
 * The turns that the steps of one trace belong to. A step belongs to the turn of its last question, one without messages to the
 * turn of the step before. Steps about another conversation than the longest one (a title for the chat) are left out.
 */
export function turnsFromSteps(steps: readonly TraceStep[]): readonly RecordedTurn[] {
  const inOrder = steps.toSorted((a, b) => a.start - b.start)
  const longest = inOrder.toSorted((a, b) => messageCount(b) - messageCount(a))[0]
  const questions = longest ? splitTurns([...longest.input, ...longest.output]).map(({ question }) => question) : []
  const groups = new Map<number, TraceStep[]>()
  let current = 0
  for (const step of inOrder) {
    const last = lastTurnOf(step)
    if (last !== undefined && last.question !== questions[last.turn]) continue
    current = last?.turn ?? current
    groups.set(current, [...(groups.get(current) ?? []), step])
  }
  return [...groups.values()].flatMap(group => turnFromSteps(group) ?? [])
}

const messageCount = ({ input, output }: TraceStep): number => input.length + output.length

const hasCalls = (steps: ChatTurn['steps']): boolean => steps.some(({ calls }) => calls.length > 0)

const lastTurnOf = ({ input, output }: TraceStep): ChatTurn | undefined => splitTurns([...input, ...output]).at(-1)
