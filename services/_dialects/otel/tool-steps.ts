import type { CallResult } from '#schemas/events.ts'
import { plannerStage, type TurnStep } from '../turns.ts'
import type { AiSpan, SpanCall } from './ai-span.ts'
import type { OtlpSpan } from './spans.ts'

/** A call of a tool with its own span. */
export type ToolSpan = SpanCall & { readonly span: OtlpSpan }

export const toolSpansOf = (parts: readonly AiSpan[]): readonly ToolSpan[] =>
  parts.flatMap(({ span, call }) => (call ? [{ ...call, span }] : []))

/** The steps of an agent whose models recorded no calls: each tool is one, and those that overlap in time are parallel. */
export function stepsOfTools(tools: readonly ToolSpan[]): readonly TurnStep[] {
  const steps: { end: number; readonly calls: TurnStep['calls'][number][] }[] = []
  for (const { span, id, tool, arguments: written = '' } of tools) {
    const call = { id, tool, arguments: written }
    const parallel = steps.findLast(({ end }) => span.start < end)
    if (parallel === undefined) steps.push({ end: span.end, calls: [call] })
    else {
      parallel.calls.push(call)
      parallel.end = Math.max(parallel.end, span.end)
    }
  }
  return steps.map(({ calls }) => ({ stage: plannerStage, calls, results: [], text: null }))
}

/** Adds what the spans of tools know of the calls: arguments and results that the models' spans lack, and errors. */
export function addToolSpans<S extends TurnStep>(steps: readonly S[], tools: readonly ToolSpan[]): readonly S[] {
  const unused = new Set(tools)
  /** By its id; by the tool's name where one of them has no id. */
  const spanOf = ({ id, tool }: TurnStep['calls'][number]): ToolSpan | undefined => {
    const found =
      [...unused].find(one => id !== null && one.id === id) ??
      [...unused].find(one => one.tool === tool && (id === null || one.id === null))
    if (found !== undefined) unused.delete(found)
    return found
  }
  return steps.map(step => {
    const spans = step.calls.map(spanOf)
    const calls = step.calls.map((call, index) =>
      call.arguments === '' ? { ...call, arguments: spans[index]?.arguments ?? '' } : call,
    )
    return { ...step, calls, results: resultsOf(step, spans) }
  })
}

function resultsOf({ calls, results }: TurnStep, spans: readonly (ToolSpan | undefined)[]): readonly CallResult[] {
  const failed = new Set(calls.flatMap(({ id }, index) => (id !== null && spans[index]?.span.isError ? [id] : [])))
  if (results.length > 0)
    return results.map(one => (one.callId !== null && failed.has(one.callId) ? { ...one, isError: true } : one))
  return calls.flatMap(({ id }, index) => {
    const span = spans[index]
    if (span?.result === undefined) return []
    return [{ callId: id, text: span.result, isError: span.span.isError ? true : null }]
  })
}
