import { gunzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter } from 'prom-client'
import type { GroupResult } from '#dialects/otel/read-turns.ts'
import { type ExportRequest, type OtlpSpan, spansOf } from '#dialects/otel/spans.ts'
import { bodyLimit } from '#runtime/http/admission.ts'
import { httpError, toHttpProblem } from '#runtime/http/error.ts'
import { errorResponse } from '#runtime/http/openapi.ts'
import { writeTraceparent } from '#runtime/telemetry/traceparent.ts'
import { runInCallerTrace } from '#runtime/telemetry/tracing.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { otherContentError, type RecordSink } from '../record-routes.ts'
import { refusalReason } from '../refusal-reasons.ts'
import { createTraceJoiner, type JoinedRead } from './join-traces.ts'
import { createRefusalLog } from './refusal-log.ts'
import type { WaitingSpans } from './waiting-spans.ts'
import { type OtlpType, otlpTypes, readOtlp, writeOtlp, writeStatus } from './wire.ts'

const spanCounter = new Counter({
  name: 'flywheel_otlp_spans_total',
  help: 'Spans sent to ingest, by outcome.',
  labelNames: ['outcome'],
})

/** How often the traces that wait are looked at. */
const lookEveryMs = 5000

/** Most reasons in a partial success; each is listed once. */
const maxReasons = 5

/**
 * `POST /v1/traces` of OTLP/HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp). Turns become chat logs in the traces of
 * their spans. A trace that spreads over exports waits in `waiting` until its top span came. The partial success lists what the
 * sender can correct; all spans are counted by outcome. `toEvent` reads a body and throws what the sender can correct.
 */
export function serveOtlp(
  app: FastifyInstance,
  toEvent: (body: object) => ChatLogged,
  sink: RecordSink<ChatLogged>,
  waiting: WaitingSpans,
  now: () => number,
): void {
  const joiner = createTraceJoiner(waiting, sink.isKnownAgent)
  type Refused = Extract<GroupResult, { readonly outcome: 'refused' }>
  /** Appends the turns and counts all outcomes. Resolves with what was refused. */
  const accept = async ({ results: read, settle }: JoinedRead): Promise<readonly Refused[]> => {
    const hasOtherContent = sink.otherContentCheck()
    const results = read.map(result =>
      withEvent(result, body => {
        const event = toEvent(body)
        if (hasOtherContent(event)) throw otherContentError(event.id)
        return event
      }),
    )
    const turns = results.filter(result => result.outcome === 'turn')
    await Promise.all(turns.map(({ event, span }) => inTraceOf(span, () => sink.append([event]))))
    settle()
    const refused = results.filter(result => result.outcome === 'refused')
    for (const { refusal = 'span_not_read' } of refused) sink.countRefused(1, refusal)
    for (const { outcome, spans } of results) spanCounter.inc({ outcome }, spans)
    return refused
  }
  const log = createRefusalLog(refusal => app.log.warn(refusal, 'spans refused'), now)
  let isLooking = false
  /** What waited too long is accepted as it is; where that fails, it waits on. */
  const acceptDue = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    try {
      log(await accept(joiner.readDue(now())))
    } catch (error) {
      app.log.error({ err: error }, 'spans that waited for their trace could not be appended')
    } finally {
      isLooking = false
    }
  }
  const timer = setInterval(() => void acceptDue(), lookEveryMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))
  void app.register(async scope => {
    scope.removeAllContentTypeParsers()
    for (const type of otlpTypes)
      scope.addContentTypeParser(type, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
        readOtlp(type, decompress(request.headers['content-encoding'], body)),
      )
    scope.addContentTypeParser('*', async () => {
      throw unsupportedMediaType()
    })
    // The server writes errors as JSON, also those of its own hooks; OTLP wants a Status in the encoding of the request.
    scope.addHook<string>('onSend', async (request, reply, payload) => {
      if (reply.statusCode < 400) return payload
      const type = contentTypeOf(request)
      reply.header('content-type', type)
      return writeStatus(type, errorResponse.parse(JSON.parse(payload)).error.message)
    })
    scope.post<{ Body?: ExportRequest }>('/v1/traces', { config: { scope: 'ingest' } }, async (request, reply) => {
      // An empty body with a content type is an empty export; without a content type it was not parsed.
      if (!request.body) throw unsupportedMediaType()
      const { spans, invalid } = spansOf(request.body)
      const { results, settle } = joiner.read(spans, now())
      const ofInvalid = invalid.map(reason => ({ outcome: 'refused', spans: 1, reason }) as const)
      const refused = await accept({ results: [...results, ...ofInvalid], settle })
      log(refused)
      const reasons = [...new Set(refused.map(({ reason }) => reason))].slice(0, maxReasons)
      const rejectedSpans = refused.reduce((sum, { spans }) => sum + spans, 0)
      const type = contentTypeOf(request)
      return reply.type(type).send(writeOtlp(type, rejectedSpans, reasons.join('; ')))
    })
  })
}

const unsupportedMediaType = (): Error => httpError(415, 'media_type', `Send Content-Type: ${otlpTypes.join(' or ')}`)

const contentTypeOf = ({ headers }: FastifyRequest): OtlpType =>
  otlpTypes.find(type => headers['content-type']?.startsWith(type)) ?? 'application/json'

type TurnEvent = {
  readonly outcome: 'turn'
  readonly spans: number
  readonly event: ChatLogged
  readonly span: OtlpSpan
}

/** `refusal` names the reason where the body of a turn is refused. */
type UnusedSpans = Exclude<GroupResult, { readonly outcome: 'turn' }> & { readonly refusal?: string }

/** A turn with its event; a turn whose body is invalid is refused. */
function withEvent(result: GroupResult, toEvent: (body: object) => ChatLogged): TurnEvent | UnusedSpans {
  if (result.outcome !== 'turn') return result
  const { spans, span, body } = result
  try {
    return { outcome: 'turn', spans, span, event: toEvent(body) }
  } catch (error) {
    const reason = toHttpProblem(error)?.problem.message
    if (reason === undefined) throw error
    return { outcome: 'refused', spans, reason, refusal: refusalReason(error) ?? 'error' }
  }
}

const inTraceOf = <T>(span: OtlpSpan, work: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => runInCallerTrace(writeTraceparent(span), () => work().then(resolve, reject)))

/** HttpError 413 when it is too large decompressed, 400 when it is not gzip, 415 for another encoding. */
function decompress(encoding: string | undefined, body: Buffer): Buffer {
  if (encoding === undefined || encoding === 'identity') return body
  if (encoding !== 'gzip') throw httpError(415, 'media_type', 'Send Content-Encoding: gzip, or none')
  try {
    return gunzipSync(body, { maxOutputLength: bodyLimit })
  } catch (error) {
    if (error instanceof RangeError)
      throw httpError(413, 'too_large', `More than ${bodyLimit} bytes decompressed: send smaller batches`)
    throw httpError(400, 'invalid', 'body: not gzip, though Content-Encoding says so')
  }
}
