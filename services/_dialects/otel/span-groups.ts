import { at } from '#runtime/core/checked.ts'
import { type ChatMessage, jsonText, readMessages } from '../messages.ts'
import type { TraceStep } from '../recorded-turn.ts'
import type { OtlpSpan } from './spans.ts'

/** What a span is to a turn: the agent around it, a call of a model, a call of a tool. */
type SpanRole = 'agent' | 'model' | 'tool'

/** A span of generative AI, as a step of a turn. */
export type SpanStep = { readonly span: OtlpSpan; readonly role: SpanRole; readonly step: TraceStep }

/** The spans of one turn, as far as one export has them. */
export type SpanGroup = {
  /** Id of the span above them, or of the first span where it has no parent. */
  readonly groupSpanId: string
  /** The `invoke_agent` span around them. */
  readonly agent: SpanStep | undefined
  /** At least one, in the order in which they began. */
  readonly steps: readonly SpanStep[]
  /** No later export can add to the group: a parent ends after its children and is exported no earlier. */
  readonly isComplete: boolean
}

const roleByOperation: Readonly<Record<string, SpanRole>> = {
  invoke_agent: 'agent',
  chat: 'model',
  generate_content: 'model',
  text_completion: 'model',
  execute_tool: 'tool',
}

/** By `gen_ai.operation.name` of https://opentelemetry.io/docs/specs/semconv/gen-ai/; undefined for other spans. */
export const spanRole = ({ attributes }: OtlpSpan): SpanRole | undefined =>
  roleByOperation[String(attributes['gen_ai.operation.name'])]

/**
 * Groups the spans of generative AI by turn: those below the nearest `invoke_agent` span; where there is none, those below one
 * parent with the same number of user messages. Other spans only connect children with parents.
 */
export function groupSpans(spans: readonly OtlpSpan[]): readonly SpanGroup[] {
  const byId = new Map(spans.map(span => [`${span.traceId}/${span.spanId}`, span]))
  const parentOf = (span: OtlpSpan): OtlpSpan | undefined => byId.get(`${span.traceId}/${span.parent}`)
  const steps = spans
    .flatMap(span => {
      const role = spanRole(span)
      return role === undefined ? [] : [{ span, role, step: stepOf(span, role) }]
    })
    .toSorted((a, b) => a.span.start - b.span.start)

  const groups = new Map<string, { groupSpanId: string; agentSpan: OtlpSpan | undefined; steps: SpanStep[] }>()
  const userMessageCounts = new Map<string, number>()
  for (const { span, role, step } of steps) {
    const agentSpan = nearestAgentSpan(span, parentOf)
    const groupSpanId = agentSpan?.spanId ?? (span.parent || span.spanId)
    const above = `${span.traceId}/${groupSpanId}`
    // A tool call has no messages: it belongs to the model call before it.
    if (!agentSpan && role === 'model')
      userMessageCounts.set(above, step.input.filter(message => message.role === 'user').length)
    const key = `${above}/${userMessageCounts.get(above) ?? ''}`
    const group = groups.get(key) ?? { groupSpanId, agentSpan, steps: [] }
    group.steps.push({ span, role, step })
    groups.set(key, group)
  }
  return Array.from(groups.values(), ({ groupSpanId, agentSpan, steps }) => {
    const last = at(steps, steps.length - 1).span
    return {
      groupSpanId,
      agent: steps.find(({ span }) => span === agentSpan),
      steps,
      isComplete: agentSpan !== undefined || last.parent === '' || parentOf(last) !== undefined,
    }
  })
}

/** The nearest agent span, the span itself included. Bounded, since the parents of a faulty sender may form a cycle. */
function nearestAgentSpan(span: OtlpSpan, parentOf: (span: OtlpSpan) => OtlpSpan | undefined): OtlpSpan | undefined {
  let ancestor: OtlpSpan | undefined = span
  for (let level = 0; ancestor !== undefined && level < 100; level++) {
    if (spanRole(ancestor) === 'agent') return ancestor
    ancestor = parentOf(ancestor)
  }
  return undefined
}

function stepOf(span: OtlpSpan, role: SpanRole): TraceStep {
  const { start, end, attributes } = span
  const tool = attributes['gen_ai.tool.name']
  const isCall = role === 'tool' && typeof tool === 'string'
  const id = attributes['gen_ai.tool.call.id']
  const call = isCall
    ? { id: typeof id === 'string' ? id : null, tool, arguments: jsonText(attributes['gen_ai.tool.call.arguments']) }
    : undefined
  return { start, end, ...messagesOf(span), call }
}

/** The messages of a span, in its attributes or in its events, by the conventions of today, of 1.36 or of 1.27. */
function messagesOf({ attributes, events }: OtlpSpan): Pick<TraceStep, 'input' | 'output'> {
  const holders = [attributes, ...events.map(event => event.attributes)]
  const read = (role: string, ...names: readonly string[]): readonly ChatMessage[] => {
    const values = holders.flatMap(holder => names.map(name => holder[name]))
    return readMessages(
      values.find(value => value !== undefined),
      role,
    )
  }
  const input = read('user', 'gen_ai.input.messages', 'gen_ai.prompt')
  const output = read('assistant', 'gen_ai.output.messages', 'gen_ai.completion')
  if (input.length > 0 || output.length > 0) return { input, output }
  return {
    input: events.flatMap(event => {
      const role = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(event.name)?.[1]
      return role === undefined ? [] : readMessages({ role, ...event.attributes }, role)
    }),
    output: events.flatMap(event =>
      event.name === 'gen_ai.choice' ? readMessages(event.attributes['message'] ?? event.attributes, 'assistant') : [],
    ),
  }
}
