import { toolsOf } from '#schemas/turns.ts'
import { type ChatTurn, lastTextWithoutCall, splitTurns, stepsOf, type TurnStep } from '../turns.ts'
import type { AiSpan } from './ai-span.ts'
import { addToolSpans, stepsOfTools, toolSpansOf } from './tool-steps.ts'
import type { TurnSpans } from './turn-groups.ts'
import { type Measured, measuredBy } from './usage.ts'

type MeasuredStep = TurnStep & Partial<Measured>

/** A turn with what its spans measured. The duration in ms is undefined where its first step is not among them. */
export type MeasuredTurn = Omit<ChatTurn, 'steps'> & {
  readonly steps: readonly MeasuredStep[]
  readonly latencyMs: number | undefined
  /** Tools that were called, with arguments that are recorded nowhere. */
  readonly withoutArguments: readonly string[]
}

/**
 * The turn of spans; undefined when none has a message of the user. The call of a model with the most messages gives the turn,
 * since it was sent the steps before it too. The others give the steps that it lacks, and what each step took.
 */
export function turnOfSpans({ agent, parts, asked }: TurnSpans): MeasuredTurn | undefined {
  const question = asked.at(-1)
  const asking = parts.filter(part => part.input.length > 0 && lastTurnOf(part)?.question === question)
  const models = asking.filter(({ role }) => role === 'model')
  const longest = (models.length > 0 ? models : asking)
    .toReversed()
    .toSorted((a, b) => messagesIn(b) - messagesIn(a))[0]
  const turn = longest && lastTurnOf(longest)
  if (turn === undefined) return undefined

  const calls = parts.filter(part => models.includes(part) || isContinuation(part))
  const { steps, isFirstKnown } = measuredSteps(turn.steps, calls)
  const tools = toolSpansOf(parts)
  const isByTools = steps.every(step => step.calls.length === 0)
  const called = isByTools ? stepsOfTools(tools) : []
  const ends = parts.map(({ span }) => span.end)
  const took = Math.max(...ends) - Math.min(...parts.map(({ span }) => span.start))
  return {
    ...turn,
    steps: addToolSpans([...called, ...steps], tools),
    answer: turn.answer ?? lastTextWithoutCall([...calls, ...(agent ? [agent] : [])].flatMap(({ output }) => output)),
    latencyMs: agent ? agent.span.end - agent.span.start : isFirstKnown || called.length > 0 ? took : undefined,
    withoutArguments: isByTools ? tools.filter(tool => tool.arguments === undefined).map(({ tool }) => tool) : [],
  }
}

/** The steps of the turn, completed by the calls of models, oldest first. */
function measuredSteps(known: readonly TurnStep[], models: readonly AiSpan[]) {
  const steps: MeasuredStep[] = [...known]
  let isFirstKnown = false
  let before = -1
  for (const model of models) {
    const isMore = isContinuation(model)
    const position = isMore ? before + 1 : Math.min(stepsBefore(model), steps.length)
    const asked = steps[before]
    if (isMore && asked !== undefined) steps[before] = { ...asked, results: [...asked.results, ...resultsIn(model)] }
    const [own] = stepsOf(model.output)
    if (own === undefined) continue
    const inHistory = known[position]
    // A call of a model whose output is not in the history was tried again.
    if (inHistory !== undefined && toolsOf(inHistory.calls) !== toolsOf(own.calls)) continue
    steps[position] = { ...(steps[position] ?? own), ...(inHistory ?? own), ...measuredBy(model) }
    isFirstKnown ||= position === 0
    before = position
  }
  return { steps, isFirstKnown }
}

/** A model that is sent only what is new has no message of the user: it continues the step before it. */
const isContinuation = ({ role, input, output }: AiSpan): boolean =>
  role === 'model' && output.length > 0 && input.every(message => message.role !== 'user')

const lastTurnOf = ({ input, output }: AiSpan): ChatTurn | undefined => splitTurns([...input, ...output]).at(-1)

const stepsBefore = ({ input }: AiSpan): number => splitTurns(input).at(-1)?.steps.length ?? 0

const resultsIn = ({ input }: AiSpan): TurnStep['results'] =>
  input.filter(({ role }) => role === 'tool').map(({ callId, text }) => ({ callId, text, isError: null }))

const messagesIn = ({ input, output }: AiSpan): number => input.length + output.length
