import { z } from 'zod'
import { isObject } from '#runtime/core/json.ts'

export type Attributes = Readonly<Record<string, unknown>>

/**
 * A span with plain attribute values. Ids in hexadecimal digits, `parent` empty for the root; times in ms since 1970. The
 * parent is remote where the sender says that another process has it, so it may never be exported to here.
 */
export type OtlpSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  readonly parent: string
  readonly isParentRemote: boolean
  readonly name: string
  readonly isError: boolean
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
/** Both encodings leave out a zero: a span without an end was exported before it ended. */
const nanoseconds = z.union([z.string().regex(/^0*[1-9]\d{0,19}$/), z.number().positive().refine(Number.isInteger)], {
  error: 'must be nanoseconds since 1970: export a span once it has ended',
})
const attributes = z.array(z.object({ key: z.string(), value: z.unknown() })).default([])
const span = z.object({
  traceId: id(16),
  spanId: id(8),
  // Zeros are no id: W3C trace context, and OTLP.
  parentSpanId: z.union([id(8).transform(parent => (/^0*$/.test(parent) ? '' : parent)), id(0)]).default(''),
  flags: z.number().default(1),
  name: z.string().default(''),
  status: z.object({ code: z.union([z.number(), z.string()]).default(0) }).optional(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  events: z.array(z.object({ name: z.string().default(''), attributes })).default([]),
})
type RawSpan = z.infer<typeof span>

/**
 * The fields that are read of ExportTraceServiceRequest (https://opentelemetry.io/docs/specs/otlp/), decoded from protobuf or
 * JSON. Spans are not validated yet: one that is wrong must not cost the others.
 */
export const exportRequest = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeSpans: z.array(z.object({ spans: z.array(z.unknown()).default([]) })).default([]),
      }),
    )
    .default([]),
})
export type ExportRequest = z.infer<typeof exportRequest>

/** The spans of an export, of generative AI or not, and why others are not valid, one reason each. */
export type ExportedSpans = { readonly spans: readonly OtlpSpan[]; readonly invalid: readonly string[] }

export function spansOf({ resourceSpans }: ExportRequest): ExportedSpans {
  const spans: OtlpSpan[] = []
  const invalid: string[] = []
  for (const { resource, scopeSpans } of resourceSpans) {
    const resourceAttributes = plainAttributes(resource?.attributes ?? [])
    for (const given of scopeSpans.flatMap(scope => scope.spans)) {
      const { data, error } = span.safeParse(given)
      if (data) spans.push(toSpan(data, resourceAttributes))
      else invalid.push(error.issues.map(({ path, message }) => `span.${path.join('.')}: ${message}`).join(', '))
    }
  }
  return { spans, invalid }
}

const hasRemoteFlags = 0x300
const errorStatus: readonly (number | string)[] = [2, 'STATUS_CODE_ERROR']

function toSpan(raw: RawSpan, resource: Attributes): OtlpSpan {
  const { traceId, spanId, parentSpanId, flags, name, status, startTimeUnixNano, endTimeUnixNano, events } = raw
  return {
    ...{ traceId, spanId, sampled: flags % 2 === 1, parent: parentSpanId, name, resource },
    isParentRemote: (flags & hasRemoteFlags) === hasRemoteFlags,
    isError: errorStatus.includes(status?.code ?? 0),
    start: milliseconds(startTimeUnixNano),
    end: milliseconds(endTimeUnixNano),
    attributes: plainAttributes(raw.attributes),
    events: events.map(event => ({ name: event.name, attributes: plainAttributes(event.attributes) })),
  }
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
