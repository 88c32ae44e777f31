import type { TraceStep } from '../turns.ts'
import type { OtlpSpan } from './spans.ts'
import { spanRole, stepOf } from './steps.ts'

export type SpanStep = { readonly span: OtlpSpan; readonly step: TraceStep }

/** The spans of one turn, as far as one export has them. */
export type SpanGroup = {
  /** Id of the span above them, or of the only one where there is none. */
  readonly groupSpanId: string
  /** The `invoke_agent` span around them. */
  readonly agent: SpanStep | undefined
  /** In the order in which they began. */
  readonly parts: readonly SpanStep[]
  readonly last: SpanStep
  /** Nothing more of them can come: a parent ends after its children, and is exported no earlier. */
  readonly isComplete: boolean
}

/**
 * Puts spans of generative AI together by turn: what lies below the nearest `invoke_agent` span, or where there is none, below one
 * parent and with as many messages of the user. Other spans only tell who lies below whom.
 */
export function groupSpans(spans: readonly OtlpSpan[]): readonly SpanGroup[] {
  const byId = new Map(spans.map(span => [`${span.traceId}/${span.spanId}`, span]))
  const parentOf = (span: OtlpSpan): OtlpSpan | undefined => byId.get(`${span.traceId}/${span.parent}`)
  const inOrder = spans.filter(span => spanRole(span) !== undefined).toSorted((a, b) => a.start - b.start)
  const groups = new Map<string, { anchor: string; agentSpan: OtlpSpan | undefined; parts: SpanStep[] }>()
  const userMessageCounts = new Map<string, number>()
  for (const span of inOrder) {
    const part = { span, step: stepOf(span) }
    const agentSpan = nearestAgentSpan(span, parentOf)
    const anchor = agentSpan?.spanId ?? (span.parent || span.spanId)
    const below = `${span.traceId}/${anchor}`
    // A tool belongs to the model call before it.
    if (!agentSpan && spanRole(span) === 'model')
      userMessageCounts.set(below, part.step.input.filter(({ role }) => role === 'user').length)
    const key = `${below}/${userMessageCounts.get(below) ?? ''}`
    const group = groups.get(key) ?? { anchor, agentSpan, parts: [] }
    group.parts.push(part)
    groups.set(key, group)
  }
  return [...groups.values()].flatMap(({ anchor, agentSpan, parts }) => {
    const last = parts.at(-1)
    if (last === undefined) return []
    const isOver = agentSpan !== undefined || last.span.parent === '' || parentOf(last.span) !== undefined
    return [
      { groupSpanId: anchor, agent: parts.find(({ span }) => span === agentSpan), parts, last, isComplete: isOver },
    ]
  })
}

/** The nearest agent's span, itself included; steps are counted, since a broken sender could send a circle. */
function nearestAgentSpan(span: OtlpSpan, parentOf: (span: OtlpSpan) => OtlpSpan | undefined): OtlpSpan | undefined {
  let at: OtlpSpan | undefined = span
  for (let step = 0; at !== undefined && step < 100; step++) {
    if (spanRole(at) === 'agent') return at
    at = parentOf(at)
  }
  return undefined
}
