import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { z } from 'zod'
import { HttpError, httpError } from '#runtime/http/error.ts'
import { parseJson } from '#runtime/http/json-body.ts'

const { root } = protobuf.parse(readFileSync(new URL('./otlp.proto', import.meta.url), 'utf8'))
const messageTypes = {
  request: root.lookupType('ExportTraceServiceRequest'),
  response: root.lookupType('ExportTraceServiceResponse'),
  status: root.lookupType('Status'),
}

/** The two encodings of OTLP/HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export const otlpTypes = ['application/x-protobuf', 'application/json'] as const
export type OtlpType = (typeof otlpTypes)[number]

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
const request = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeSpans: z.array(z.object({ spans: z.array(span).default([]) })).default([]),
      }),
    )
    .default([]),
})

/** ExportTraceServiceRequest with what ingest reads of it; attribute values are still AnyValue. */
export type OtlpRequest = z.infer<typeof request>

/** Reads the body of an export. HttpError 400 when it is not what its content type says. */
export function readOtlp(type: OtlpType, body: Uint8Array): OtlpRequest {
  let given: unknown
  try {
    given =
      type === 'application/json'
        ? parseJson(body)
        : messageTypes.request.toObject(messageTypes.request.decode(body), { longs: String, bytes: Buffer })
  } catch (error) {
    if (error instanceof HttpError) throw error
    throw httpError(400, 'invalid', `body: not an OTLP trace export in ${type}`)
  }
  return request.parse(given)
}

/** Writes the answer to an export; `rejected` spans with the reason for them, nothing when all is well, as the standard asks. */
export function writeOtlp(type: OtlpType, rejected: number, errorMessage: string): Buffer {
  const body = rejected === 0 ? {} : { partialSuccess: { rejectedSpans: rejected, errorMessage } }
  if (type === 'application/x-protobuf')
    return Buffer.from(messageTypes.response.encode(messageTypes.response.fromObject(body)).finish())
  // A 64-bit number is a text in the JSON of protobuf.
  return Buffer.from(JSON.stringify(body, (key, value) => (key === 'rejectedSpans' ? String(value) : value)))
}

/** google.rpc.Status without its code, which OTLP/HTTP gives no meaning: the HTTP status has it. */
export function writeStatus(type: OtlpType, message: string): Buffer {
  const body = { message }
  if (type === 'application/json') return Buffer.from(JSON.stringify(body))
  return Buffer.from(messageTypes.status.encode(messageTypes.status.fromObject(body)).finish())
}
