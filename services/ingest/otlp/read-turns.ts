import { deriveId } from '#runtime/core/identity.ts'
import { type RecordedTurn, turnFromSteps } from '../turns.ts'
import { groupSpans, type SpanGroup, type SpanStep } from './groups.ts'
import type { OtlpSpan } from './spans.ts'
import { spanRole } from './steps.ts'

/**
 * What became of spans. `turn`: they made one. `unplanned`: an answer without a tool, so nothing was planned. `unfinished`: steps
 * whose end is not in this request; the span that ends them has the whole conversation. `refused`: the sender must mend
 * something. `other`: not of generative AI.
 */
export type SpanOutcome = 'turn' | 'unplanned' | 'unfinished' | 'refused' | 'other'

/** What became of so many spans. `body` is the HTTP body of a chat log, not yet validated; `span` is the turn's own. */
export type GroupResult = { readonly spans: number } & (
  | { readonly outcome: 'turn'; readonly body: object; readonly span: OtlpSpan }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unplanned' | 'unfinished' | 'other' }
)

/** The turns in the spans of one export, and what became of the rest. `isKnown` tells which agents are registered. */
export function readTurns(spans: readonly OtlpSpan[], isKnown: (agent: string) => boolean): readonly GroupResult[] {
  const found = groupSpans(spans).map(
    (group): GroupResult => ({ ...readGroup(group, isKnown), spans: group.parts.length }),
  )
  const others = spans.filter(span => spanRole(span) === undefined).length
  return others === 0 ? found : [...found, { outcome: 'other', spans: others }]
}

type UncountedResult = GroupResult extends infer One ? (One extends GroupResult ? Omit<One, 'spans'> : never) : never

function readGroup(group: SpanGroup, isKnown: (agent: string) => boolean): UncountedResult {
  const { parts, agent: agentStep, isComplete } = group
  const models = parts.filter(({ span }) => spanRole(span) === 'model')
  const recorded = turnFromSteps(
    parts.map(({ step }) => step),
    agentStep?.step,
  )
  if (recorded === undefined) {
    if (models.length === 0) return { outcome: 'unfinished' }
    return { outcome: 'refused', reason: 'no user message: have the instrumentation record messages on spans' }
  }
  if (!isComplete && recorded.turn.answer === undefined) return { outcome: 'unfinished' }
  if (recorded.turn.plan === undefined) return { outcome: 'unplanned' }

  const sources = [...(agentStep ? [agentStep] : []), ...parts.toReversed()].map(({ span }) => span)
  const names = agentNames(sources)
  const agent = names.find(isKnown)
  if (agent === undefined) {
    const given = names.join(' or ') || '(none given)'
    const reason = `no agent of the name ${given} is registered: PUT /v1/agents/NAME, or set gen_ai.agent.name`
    return { outcome: 'refused', reason }
  }
  const { span } = agentStep ?? models.at(-1) ?? group.last
  // By where it lies in the trace: the same in whichever export the turn is seen.
  const id = deriveId('otlp/v1', agent, span.traceId, group.groupSpanId, recorded.turn.turn)
  return { outcome: 'turn', span, body: { ...bodyOf(recorded, span, sources, agentStep), agent, id } }
}

/** What the agent may be registered as, best first. */
function agentNames(sources: readonly OtlpSpan[]): readonly string[] {
  const names = [
    ...sources.map(({ attributes }) => attributes['gen_ai.agent.name']),
    ...sources.map(({ attributes }) => attributes['gen_ai.agent.id']),
    ...sources.flatMap(({ resource }) => [resource['gen_ai.agent.name'], resource['service.name']]),
  ]
  return [...new Set(names.filter(name => typeof name === 'string'))]
}

function bodyOf(
  { turn, latencyMs }: RecordedTurn,
  span: OtlpSpan,
  sources: readonly OtlpSpan[],
  agentStep?: SpanStep,
): object {
  const text = (name: string): string | undefined => {
    const value = sources.map(({ attributes }) => attributes[name]).find(given => given !== undefined)
    return value === undefined ? undefined : String(value)
  }
  const service = span.resource['service.name']
  return {
    ...turn,
    conversationId: text('gen_ai.conversation.id') ?? span.traceId,
    at: Math.floor(span.end),
    userId: text('user.id'),
    latencyMs: agentStep ? agentStep.span.end - agentStep.span.start : latencyMs,
    source: typeof service === 'string' ? service : 'otlp',
  }
}
