import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { ZodType } from 'zod'
import { httpError } from '#runtime/http/error.ts'
import { parseJson } from '#runtime/http/json-body.ts'
import type { EventOf } from '#topology/types.ts'
import { acceptLines } from './accept-lines.ts'
import type { IngestTopic } from './intake.ts'
import { type RawRecord, recordsOf, validate } from './records.ts'
import { refusalReason } from './refusal-reasons.ts'
import type { AcceptedResponse, NdjsonResponse } from './responses.ts'

/** Where the records of a topic go once they are read. */
export type RecordSink<Event> = {
  readonly isKnownAgent: (agent: string) => boolean
  /** For one request: whether an event has other content than the record of its id that came first. */
  readonly otherContentCheck: () => (event: Event) => boolean
  /** Resolves with the number of new events once all are in the log. */
  readonly append: (events: readonly Event[]) => Promise<number>
  /** `reason` is one of few names. */
  readonly countRefused: (records: number, reason: string) => void
}

/** How the records of a topic are read. */
type RecordFormat<T extends IngestTopic, Body> = {
  readonly topic: T
  readonly schema: ZodType<Body>
  readonly toEvent: (body: Body) => EventOf<T>
}

/** `POST /v1/TOPIC`: JSON is accepted all or nothing, NDJSON line by line. */
export function serveRecords<T extends IngestTopic, Body extends { agent: string }>(
  app: FastifyInstance,
  { topic, schema, toEvent }: RecordFormat<T, Body>,
  sink: RecordSink<EventOf<T>>,
): void {
  const readerOf =
    (hasOtherContent: (event: EventOf<T>) => boolean) =>
    (raw: RawRecord): EventOf<T> => {
      const body = validate(schema, raw)
      if (sink.isKnownAgent(body.agent)) {
        const event = toEvent(body)
        if (hasOtherContent(event)) throw otherContentError(event.id, raw.where)
        return event
      }
      const field = `${raw.where || 'body'}.agent`
      const route = `/v1/agents/${encodeURIComponent(body.agent)}`
      throw httpError(404, 'unknown_agent', `${field}: not registered; send PUT ${route} first`)
    }
  app.post(`/v1/${topic}`, { config: { scope: 'ingest' } }, async ({ body }, reply) => {
    const read = readerOf(sink.otherContentCheck())
    if (!(body instanceof Readable)) return acceptBody(body, read, sink)
    const receipt = await acceptStream(body, read, sink)
    reply.code(receipt.refused > 0 ? 207 : 200)
    return receipt
  })
}

/** What came first is kept. */
export const otherContentError = (id: string, where = ''): Error =>
  httpError(
    409,
    'other_content',
    `${where === '' ? '' : `${where}.`}id: ${id} was sent before with other content, which is kept: send a correction under an id of its own`,
  )

/** The first record that is refused refuses the whole request, before anything is appended. */
async function acceptBody<Event extends { readonly id: string }>(
  body: unknown,
  read: (raw: RawRecord) => Event,
  sink: RecordSink<Event>,
): Promise<AcceptedResponse> {
  let sent = 1
  let events: Event[]
  try {
    const raw = recordsOf(body)
    sent = raw.length
    events = raw.map(read)
  } catch (error) {
    sink.countRefused(sent, refusalReason(error) ?? 'error')
    throw error
  }
  const accepted = await sink.append(events)
  return { accepted, duplicates: events.length - accepted, ids: events.map(({ id }) => id) }
}

async function acceptStream<Event>(
  body: Readable,
  read: (raw: RawRecord) => Event,
  sink: RecordSink<Event>,
): Promise<NdjsonResponse> {
  return acceptLines(
    body,
    bytes => read({ where: '', value: parseJson(bytes) }),
    sink.append,
    error => sink.countRefused(1, refusalReason(error) ?? 'error'),
  )
}
