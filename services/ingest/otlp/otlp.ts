import { gunzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter } from 'prom-client'
import { bodyLimit } from '#runtime/http/admission.ts'
import { httpError, problemOf } from '#runtime/http/error.ts'
import { writeTraceparent } from '#runtime/telemetry/traceparent.ts'
import { inCallersTrace } from '#runtime/telemetry/tracing.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { spansOf } from './spans.ts'
import { type Found, type Outcome, turnsIn } from './turns.ts'
import { type OtlpRequest, type OtlpType, otlpTypes, readOtlp, writeOtlp, writeStatus } from './wire.ts'

const spans = new Counter({
  name: 'flywheel_otlp_spans_total',
  help: 'Spans sent to ingest, by what became of them.',
  labelNames: ['outcome'],
})

export type Door = {
  readonly isKnown: (agent: string) => boolean
  /** The event of an HTTP body; throws what a caller can mend. */
  readonly read: (body: object) => ChatLogged
  /** Resolves when the event is in the log. */
  readonly take: (event: ChatLogged) => Promise<unknown>
  readonly refused: (turns: number) => void
}

/** A reason is told once, and so many of them. */
const mostReasons = 5

/**
 * `POST /v1/traces` of OTLP/HTTP: turns become chat logs in the traces of their spans; what cannot is told in the partial
 * success, and everything else is counted. https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function serveOtlp(app: FastifyInstance, door: Door): void {
  void app.register(async scope => {
    scope.removeAllContentTypeParsers()
    for (const type of otlpTypes)
      scope.addContentTypeParser(type, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
        readOtlp(type, inflated(request.headers['content-encoding'], body)),
      )
    scope.addContentTypeParser('*', async () => {
      throw unreadable()
    })
    // Whoever refused, the caller expects its own encoding.
    scope.addHook<string>('onSend', async (request, reply, payload) => {
      if (reply.statusCode < 400) return payload
      const type = typeOf(request)
      reply.header('content-type', type)
      return writeStatus(type, JSON.parse(payload).error.message)
    })
    scope.post<{ Body?: OtlpRequest }>('/v1/traces', { config: { scope: 'ingest' } }, async (request, reply) => {
      // An empty body with a type is an export of nothing; one without a type was not read.
      if (!request.body) throw unreadable()
      const outcomes = turnsIn(spansOf(request.body), door.isKnown).map(found => judged(found, door))
      await Promise.all(outcomes.map(({ taken }) => taken?.()))
      const refused = outcomes.filter(({ outcome }) => outcome === 'refused')
      door.refused(refused.length)
      for (const outcome of outcomes) spans.inc({ outcome: outcome.outcome }, outcome.spans)
      const reasons = [...new Set(refused.map(({ reason }) => reason))].slice(0, mostReasons)
      const type = typeOf(request)
      const rejected = refused.reduce((sum, one) => sum + one.spans, 0)
      return reply.type(type).send(writeOtlp(type, rejected, reasons.join('; ')))
    })
  })
}

const unreadable = (): Error => httpError(415, 'media_type', `Send Content-Type: ${otlpTypes.join(' or ')}`)

type Judged = {
  readonly outcome: Outcome
  readonly spans: number
  readonly reason?: string
  readonly taken?: () => Promise<unknown>
}

function judged(found: Found, door: Door): Judged {
  if (found.outcome !== 'turn') return found
  const { spans, span, body } = found
  try {
    const event = door.read(body)
    return { outcome: 'turn', spans, taken: () => inTrace(writeTraceparent(span), () => door.take(event)) }
  } catch (error) {
    const reason = problemOf(error)?.problem.message
    if (reason === undefined) throw error
    return { outcome: 'refused', spans, reason }
  }
}

const inTrace = (traceparent: string, take: () => Promise<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => inCallersTrace(traceparent, () => take().then(resolve, reject)))

const typeOf = ({ headers }: FastifyRequest): OtlpType =>
  otlpTypes.find(type => headers['content-type']?.startsWith(type)) ?? 'application/json'

/** HttpError 413 when it is too large unpacked, 400 when it is not gzip, 415 for another encoding. */
function inflated(encoding: string | undefined, body: Buffer): Buffer {
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
