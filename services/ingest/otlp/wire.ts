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
        ? parseJson(body)
        : messageTypes.request.toObject(messageTypes.request.decode(body), { longs: String, bytes: Buffer })
  } catch (error) {
    if (error instanceof HttpError) throw error
    throw httpError(400, 'invalid', `body: not an OTLP trace export in ${type}`)
  }
  return exportRequest.parse(given)
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
