import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { type ExportRequest, exportRequest } from '#dialects/otel/spans.ts'
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

/** Reads the body of an export. HttpError 400 when it is not what its content type says. */
export function readOtlp(type: OtlpType, body: Uint8Array): ExportRequest {
  let given: unknown
  try {
    given =
      type === 'application/json'
        ? // Whole doubles look like integers of 64 bits; those are texts in OTLP.
          parseJson(body, JSON.parse)
        : messageTypes.request.toObject(messageTypes.request.decode(body), { longs: String, bytes: Buffer })
  } catch (error) {
    if (error instanceof HttpError) throw error
    throw httpError(400, 'invalid', `body: not an OTLP trace export in ${type}`)
  }
  return exportRequest.parse(given)
}

/** Writes the response to an export: a partial success with the number of rejected spans and the reasons, empty without one. */
export function writeOtlp(type: OtlpType, rejectedSpans: number, errorMessage: string): Buffer {
  const body = rejectedSpans === 0 ? {} : { partialSuccess: { rejectedSpans, errorMessage } }
  if (type === 'application/x-protobuf')
    return Buffer.from(messageTypes.response.encode(messageTypes.response.fromObject(body)).finish())
  // In the JSON of protobuf a 64-bit number is a string.
  return Buffer.from(JSON.stringify(body, (key, value) => (key === 'rejectedSpans' ? String(value) : value)))
}

/** google.rpc.Status without its code, which has no meaning in OTLP/HTTP: the HTTP status stands for it. */
export function writeStatus(type: OtlpType, message: string): Buffer {
  const body = { message }
  if (type === 'application/json') return Buffer.from(JSON.stringify(body))
  return Buffer.from(messageTypes.status.encode(messageTypes.status.fromObject(body)).finish())
}
