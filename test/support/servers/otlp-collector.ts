import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import protobuf from 'protobufjs'
import { onTestFinished } from 'vitest'
import { at } from '#runtime/core/checked.ts'

/** The part of opentelemetry/proto/collector/trace/v1 that the tests read, with its field numbers. */
const request = protobuf
  .parse(`syntax = "proto3";
    message Request { repeated ResourceSpans resource_spans = 1; }
    message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
    message Resource { repeated KeyValue attributes = 1; }
    message ScopeSpans { repeated Span spans = 2; }
    message Span {
      bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
      fixed64 start = 7; fixed64 end = 8;
      repeated KeyValue attributes = 9; repeated Link links = 13; Status status = 15;
    }
    message Link { bytes trace_id = 1; bytes span_id = 2; }
    message Status { string message = 2; int32 code = 3; }
    message KeyValue { string key = 1; Value value = 2; }
    message Value { oneof value { string string = 1; bool bool = 2; int64 int = 3; double double = 4; } }`)
  .root.lookupType('Request')

type KeyValue = { key: string; value: Record<string, unknown> }
type SpanIds = { traceId: Buffer; spanId: Buffer }
type RawRequest = {
  resourceSpans: {
    resource: { attributes: KeyValue[] }
    scopeSpans: { spans: (SpanIds & Record<'parentSpanId', Buffer> & RawSpan)[] }[]
  }[]
}
type RawSpan = {
  name: string
  kind: number
  start: number
  end: number
  attributes: KeyValue[]
  links: SpanIds[]
  status?: { message: string; code: number }
}

/** An exported span; ids in hexadecimal digits, `parent` empty for a root, times in nanoseconds since 1970. */
export type ExportedSpan = {
  readonly service: unknown
  readonly name: string
  readonly kind: string
  readonly traceId: string
  readonly spanId: string
  readonly parent: string
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly string[]
  readonly status: 'unset' | 'ok' | 'error'
  readonly statusMessage: string
}

const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer']
const statuses = ['unset', 'ok', 'error'] as const
const valuesOf = (pairs: KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]))

function spansOf(body: Uint8Array): readonly ExportedSpan[] {
  const options = { longs: Number, arrays: true, objects: true }
  const { resourceSpans } = request.toObject(request.decode(body), options) as RawRequest
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, kind, attributes, links, status, ...span }) => ({
        ...span,
        service: valuesOf(resource.attributes)['service.name'],
        kind: at(kinds, kind),
        traceId: traceId.toString('hex'),
        spanId: spanId.toString('hex'),
        parent: parentSpanId?.toString('hex') ?? '',
        attributes: valuesOf(attributes),
        links: links.map(link => link.spanId.toString('hex')),
        status: at(statuses, status?.code ?? 0),
        statusMessage: status?.message ?? '',
      })),
    ),
  )
}

/** A collector for OTLP over HTTP in protobuf, for the running test. It accepts everything unless `answer` does otherwise. */
export async function startOtlpCollector(answer: (response: ServerResponse) => void = response => response.end()) {
  const spans: ExportedSpan[] = []
  const requests: {
    readonly path: string
    readonly headers: Readonly<Record<string, unknown>>
    readonly body: Buffer
  }[] = []
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming)
    requests.push({ path: incoming.url ?? '', headers: incoming.headers, body })
    spans.push(...spansOf(body))
    answer(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, requests }
}
