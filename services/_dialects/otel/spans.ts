import { z } from 'zod'
import { isObject } from '#runtime/core/json.ts'

type Attributes = Readonly<Record<string, unknown>>

/** A span with plain attribute values. Ids in hexadecimal digits, `parent` empty for the root; times in ms since 1970. */
export type OtlpSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  readonly parent: string
  readonly start: number
  readonly end: number
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly resource: Attributes
}

/** An id is bytes in protobuf and hexadecimal digits in JSON. */
const hexDigits = z
  .union([z.string(), z.instanceof(Uint8Array).transform(value => Buffer.from(value).toString('hex'))])
  .transform(text => text.toLowerCase())
const id = (bytes: number) =>
  hexDigits.refine(text => text.length === 2 * bytes && /^[0-9a-f]*$/.test(text), `must have ${bytes} bytes`)
const nanoseconds = z.union([z.string().regex(/^\d{1,20}$/), z.number().min(0).refine(Number.isInteger)])
const attributes = z.array(z.object({ key: z.string(), value: z.unknown() })).default([])
const span = z.object({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: z.union([id(8), id(0)]).default(''),
  flags: z.number().default(1),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  events: z.array(z.object({ name: z.string().default(''), attributes })).default([]),
})

/**
 * The fields that are read of ExportTraceServiceRequest (https://opentelemetry.io/docs/specs/otlp/), decoded from protobuf or
 * JSON. Attribute values are still AnyValue.
 */
export const exportRequest = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeSpans: z.array(z.object({ spans: z.array(span).default([]) })).default([]),
      }),
    )
    .default([]),
})
export type ExportRequest = z.infer<typeof exportRequest>

/** All spans of an export, of generative AI or not. */
export function spansOf({ resourceSpans }: ExportRequest): readonly OtlpSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = plainAttributes(resource?.attributes ?? [])
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
        resource: resourceAttributes,
      })),
    )
  })
}

/** With microseconds as decimals: a double cannot hold the nanoseconds of today's times. */
const milliseconds = (nanoseconds: string | number): number => Number(BigInt(nanoseconds) / 1000n) / 1000

const plainAttributes = (pairs: readonly { readonly key: string; readonly value?: unknown }[]): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value, 0)]))

/** Messages need six levels. Deeper values are left out, since untrusted input could nest thousands. */
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
