import { gunzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter } from 'prom-client'
import { type GroupResult, readTurns, type SpanOutcome } from '#dialects/otel/read-turns.ts'
import { type ExportRequest, spansOf } from '#dialects/otel/spans.ts'
import { bodyLimit } from '#runtime/http/admission.ts'
import { httpError, toHttpProblem } from '#runtime/http/error.ts'
import { writeTraceparent } from '#runtime/telemetry/traceparent.ts'
import { runInCallerTrace } from '#runtime/telemetry/tracing.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { type OtlpType, otlpTypes, readOtlp, writeOtlp, writeStatus } from './wire.ts'

const spanCounter = new Counter({
  name: 'flywheel_otlp_spans_total',
  help: 'Spans sent to ingest, by what became of them.',
  labelNames: ['outcome'],
})

export type TurnSink = {
  readonly isKnownAgent: (agent: string) => boolean
  /** The event of an HTTP body; throws what a caller can mend. */
  readonly toEvent: (body: object) => ChatLogged
  /** Resolves when the event is in the log. */
  readonly append: (event: ChatLogged) => Promise<unknown>
  readonly countRefused: (turns: number) => void
}

/** A reason is told once, and so many of them. */
const maxReasons = 5

/**
 * `POST /v1/traces` of OTLP/HTTP: turns become chat logs in the traces of their spans; what cannot is told in the partial
 * success, and everything else is counted. https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function serveOtlp(app: FastifyInstance, sink: TurnSink): void {
  void app.register(async scope => {
    scope.removeAllContentTypeParsers()
    for (const type of otlpTypes)
      scope.addContentTypeParser(type, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
        readOtlp(type, decompress(request.headers['content-encoding'], body)),
      )
    scope.addContentTypeParser('*', async () => {
      throw unsupportedMediaType()
    })
    // Whoever refused, the caller expects its own encoding.
    scope.addHook<string>('onSend', async (request, reply, payload) => {
      if (reply.statusCode < 400) return payload
      const type = contentTypeOf(request)
      reply.header('content-type', type)
      return writeStatus(type, JSON.parse(payload).error.message)
    })
    scope.post<{ Body?: ExportRequest }>('/v1/traces', { config: { scope: 'ingest' } }, async (request, reply) => {
      // An empty body with a type is an export of nothing; one without a type was not read.
      if (!request.body) throw unsupportedMediaType()
      const outcomes = readTurns(spansOf(request.body), sink.isKnownAgent).map(found => prepareAppend(found, sink))
      await Promise.all(outcomes.map(({ append }) => append?.()))
      const refused = outcomes.filter(({ outcome }) => outcome === 'refused')
      sink.countRefused(refused.length)
      for (const outcome of outcomes) spanCounter.inc({ outcome: outcome.outcome }, outcome.spans)
      const reasons = [...new Set(refused.map(({ reason }) => reason))].slice(0, maxReasons)
      const type = contentTypeOf(request)
      const rejected = refused.reduce((sum, one) => sum + one.spans, 0)
      return reply.type(type).send(writeOtlp(type, rejected, reasons.join('; ')))
    })
  })
}

const unsupportedMediaType = (): Error => httpError(415, 'media_type', `Send Content-Type: ${otlpTypes.join(' or ')}`)

type PreparedSpans = {
  readonly outcome: SpanOutcome
  readonly spans: number
  readonly reason?: string
  readonly append?: () => Promise<unknown>
}

function prepareAppend(found: GroupResult, sink: TurnSink): PreparedSpans {
  if (found.outcome !== 'turn') return found
  const { spans, span, body } = found
  try {
    const event = sink.toEvent(body)
    return { outcome: 'turn', spans, append: () => inTrace(writeTraceparent(span), () => sink.append(event)) }
  } catch (error) {
    const reason = toHttpProblem(error)?.problem.message
    if (reason === undefined) throw error
    return { outcome: 'refused', spans, reason }
  }
}

const inTrace = (traceparent: string, append: () => Promise<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => runInCallerTrace(traceparent, () => append().then(resolve, reject)))

const contentTypeOf = ({ headers }: FastifyRequest): OtlpType =>
  otlpTypes.find(type => headers['content-type']?.startsWith(type)) ?? 'application/json'

/** HttpError 413 when it is too large unpacked, 400 when it is not gzip, 415 for another encoding. */
function decompress(encoding: string | undefined, body: Buffer): Buffer {
  if (encoding === undefined || encoding === 'identity') return body
  if (encoding !== 'gzip') throw httpError(415, 'media_type', 'Send Content-Encoding: gzip, or none')
  try {
    return gunzipSync(body, { maxOutputLength: bodyLimit })
  } catch (error) {
    if (error instanceof RangeError)
      throw httpError(413, 'too_large', `More than ${bodyLimit} bytes unpacked: send smaller batches`)
    throw httpError(400, 'invalid', 'body: not gzip, though Content-Encoding says so')
  }
}
