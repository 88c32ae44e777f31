import { at } from '#runtime/core/checked.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { type RecordedTurn, turnFromSteps } from '../recorded-turn.ts'
import { groupSpans, type SpanGroup, type SpanStep, spanRole } from './span-groups.ts'
import type { OtlpSpan } from './spans.ts'

/**
 * What became of spans. `turn`: they are one. `unanswered`: neither a call nor an answer was recorded. `unfinished`: the
 * end of the turn is not in this request; the span that ends it has the whole conversation. `refused`: the sender can correct
 * it. `other`: not of generative AI.
 */
export type SpanOutcome = 'turn' | 'unanswered' | 'unfinished' | 'refused' | 'other'

type GroupOutcome =
  | { readonly outcome: 'turn'; readonly body: object; readonly span: OtlpSpan }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unanswered' | 'unfinished' | 'other' }

/** The outcome for a number of spans. `body` is a chat log (../record-bodies.ts), not validated yet; `span` stands for the turn. */
export type GroupResult = GroupOutcome & { readonly spans: number }

/** Reads the turns of one export. The results account for every span. `isKnown` says whether an agent is registered. */
export function readTurns(spans: readonly OtlpSpan[], isKnown: (agent: string) => boolean): readonly GroupResult[] {
  const results = groupSpans(spans).map(group => ({ ...readGroup(group, isKnown), spans: group.steps.length }))
  const others = spans.filter(span => spanRole(span) === undefined).length
  return others === 0 ? results : [...results, { outcome: 'other', spans: others }]
}

function readGroup(group: SpanGroup, isKnown: (agent: string) => boolean): GroupOutcome {
  const { steps, agent: agentStep, isComplete } = group
  const models = steps.filter(({ role }) => role === 'model')
  const recorded = turnFromSteps(
    steps.map(({ step }) => step),
    agentStep?.step,
  )
  if (recorded === undefined) {
    if (models.length === 0) return { outcome: 'unfinished' }
    return { outcome: 'refused', reason: 'no user message: have the instrumentation record messages on spans' }
  }
  if (!isComplete && recorded.turn.answer === undefined) return { outcome: 'unfinished' }
  if (recorded.turn.steps.length === 0) return { outcome: 'unanswered' }

  // The agent's own attributes come first, then those of the later steps.
  const sources = [...(agentStep ? [agentStep] : []), ...steps.toReversed()].map(({ span }) => span)
  const names = agentNames(sources)
  const agent = names.find(isKnown)
  if (agent === undefined) {
    const given = names.join(' or ') || '(none given)'
    const reason = `no agent of the name ${given} is registered: PUT /v1/agents/NAME, or set gen_ai.agent.name`
    return { outcome: 'refused', reason }
  }
  const { span } = agentStep ?? models.at(-1) ?? at(steps, steps.length - 1)
  // From its position in the trace, so that the turn has the same id in every export.
  const id = deriveId('otlp/v1', agent, span.traceId, group.groupSpanId, recorded.turn.turn)
  return { outcome: 'turn', span, body: { ...chatLogOf(recorded, span, sources, agentStep), agent, id } }
}

/** The names that the agent may be registered under, best first. */
function agentNames(sources: readonly OtlpSpan[]): readonly string[] {
  const names = [
    ...sources.map(({ attributes }) => attributes['gen_ai.agent.name']),
    ...sources.map(({ attributes }) => attributes['gen_ai.agent.id']),
    ...sources.flatMap(({ resource }) => [resource['gen_ai.agent.name'], resource['service.name']]),
  ]
  return [...new Set(names.filter(name => typeof name === 'string'))]
}

function chatLogOf(
  { turn, latencyMs }: RecordedTurn,
  span: OtlpSpan,
  sources: readonly OtlpSpan[],
  agentStep?: SpanStep,
): object {
  const textOf = (name: string): string | undefined => {
    const value = sources.map(({ attributes }) => attributes[name]).find(given => given !== undefined)
    return value === undefined ? undefined : String(value)
  }
  const service = span.resource['service.name']
  return {
    ...turn,
    conversationId: textOf('gen_ai.conversation.id') ?? span.traceId,
    at: Math.floor(span.end),
    userId: textOf('user.id'),
    latencyMs: agentStep ? agentStep.span.end - agentStep.span.start : latencyMs,
    source: typeof service === 'string' ? service : 'otlp',
  }
}
