import type { TraceContext } from '#runtime/telemetry/traceparent.ts'
import { isObject } from '../messages.ts'
import type { OtlpRequest } from './wire.ts'

type Attributes = Readonly<Record<string, unknown>>

/** A span with plain attribute values. Ids in hexadecimal digits, `parent` empty for the root; times in ms since 1970. */
export type OtlpSpan = TraceContext & {
  readonly parent: string
  readonly start: number
  readonly end: number
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly resource: Attributes
}

/** All spans of an export, whatever they are about. */
export function spansOf({ resourceSpans }: OtlpRequest): readonly OtlpSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const shared = plainAttributes(resource?.attributes ?? [])
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, flags, startTimeUnixNano, endTimeUnixNano, attributes, events }) => ({
        traceId,
        spanId,
        sampled: flags % 2 === 1,
        parent: parentSpanId,
        start: milliseconds(startTimeUnixNano),
        end: milliseconds(endTimeUnixNano),
        attributes: plainAttributes(attributes),
        events: events.map(event => ({ name: event.name, attributes: plainAttributes(event.attributes) })),
        resource: shared,
      })),
    )
  })
}

/** To the microsecond: what a double holds of today's nanoseconds. */
const milliseconds = (nanoseconds: string | number): number => Number(BigInt(nanoseconds) / 1000n) / 1000

const plainAttributes = (pairs: readonly { readonly key: string; readonly value?: unknown }[]): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value, 0)]))

/** Deeper values are left out: messages need six levels, and a stranger could send thousands. */
const maxDepth = 32

/** AnyValue of opentelemetry/proto/common/v1 as a JSON value; bytes are left out. */
function plainValue(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth > maxDepth) return undefined
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value
  if (intValue !== undefined) return Number(intValue)
  if (isObject(arrayValue)) return asArray(arrayValue['values']).map(inner => plainValue(inner, depth + 1))
  if (isObject(kvlistValue))
    return Object.fromEntries(
      asArray(kvlistValue['values']).flatMap(pair =>
        isObject(pair) ? [[String(pair['key']), plainValue(pair['value'], depth + 1)]] : [],
      ),
    )
  return stringValue ?? boolValue ?? doubleValue
}

const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
