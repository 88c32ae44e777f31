import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import type { Clock } from '../core/clock.ts'
import { Fault } from '../core/faults.ts'
import { strictObject } from '../core/strict-object.ts'
import { httpError } from '../http/error.ts'
import type { EventLog } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { findDeadLetter, parsePosition } from './find.ts'
import { createDeadLetterList, maxCounted } from './list.ts'
import { discardNamed, discardReason, redriveNamed } from './named-letters.ts'
import { redrive, redriveTopics } from './redrive.ts'
import { countBacklog, type DeadLetterCounts } from './unresolved.ts'

const maxPage = 1_000
const maxNamed = 1_000

const letters = z.array(z.string().max(400)).min(1).max(maxNamed)
/** A JSON body is required: a form or a link on another site's page cannot send one from a browser. */
const redriveBody = strictObject({
  topic: z.string().optional(),
  only: letters.optional(),
  dryRun: z.boolean().optional(),
}).refine(({ topic, only, dryRun }) => !only || (topic === undefined && !dryRun), {
  error: 'only: give it without topic and dryRun',
})
const discardBody = strictObject({ letters, why: discardReason })
const service = z.string().optional()
const ofService = strictObject({ service })
const pageQuery = strictObject({
  service,
  topic: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(maxPage).default(100),
  cursor: z.string().max(400).optional(),
})

/**
 * The dead letters of the services in this process. `GET /v1/dlq`: the unresolved ones, a page at a time (`limit`, then `cursor` with
 * `next` of the page before). `/topics`: the topics that have some, counted. `/discarded`: the discarded ones. `/LETTER`: one dead
 * letter, by `TOPIC/PARTITION@OFFSET`.
 *
 * `POST /v1/dlq/SERVICE/redrive`: re-drives them, those of one topic or only some if the body says so; the response is NDJSON:
 * the progress, then what was moved. `POST /v1/dlq/SERVICE/discard`: discards some, with a reason.
 */
export function serveDeadLetters(
  app: FastifyInstance,
  runtime: { readonly log: EventLog; readonly codec: Codec; readonly objects: ObjectStore; readonly clock: Clock },
  services: readonly ServiceName[],
  until: AbortSignal,
): void {
  const { log, clock } = runtime
  const list = createDeadLetterList(log, until)
  const findService = (name: string): ServiceName => {
    const found = services.find(one => one === name)
    if (found) return found
    throw httpError(404, 'unknown_service', `no service ${name} in this process`)
  }
  const servicesOf = (name: string | undefined): readonly ServiceName[] =>
    name === undefined ? services : [findService(name)]
  /** The services whose dead letters are being resolved: one request at a time, since a group has one member in a process. */
  const resolving = new Set<ServiceName>()
  const alone = <T>(name: ServiceName, resolve: () => Promise<T>): Promise<T> => {
    if (resolving.has(name))
      throw httpError(409, 'under_way', `dead letters of ${name} are being resolved: wait until that has ended`)
    resolving.add(name)
    return resolve().finally(() => resolving.delete(name))
  }

  app.get('/v1/dlq', async request => {
    const { service: name, topic, limit, cursor } = pageQuery.parse(request.query)
    const query = { limit, ...(topic !== undefined && { topic }), ...(cursor !== undefined && { cursor }) }
    return usable('cursor', () => list.page(servicesOf(name), query))
  })
  app.get('/v1/dlq/topics', async request => ({
    topics: await list.topics(servicesOf(ofService.parse(request.query).service), maxCounted),
  }))
  app.get('/v1/dlq/discarded', async request => ({
    letters: await list.discarded(servicesOf(ofService.parse(request.query).service)),
  }))
  app.get<{ Params: { letter: string } }>('/v1/dlq/:letter', async request => {
    const position = parsePosition(request.params.letter)
    const found = position && (await findDeadLetter(runtime, position, until))
    if (!found) throw httpError(404, 'not_found', `no dead letter at ${request.params.letter}`)
    return found
  })

  app.post<{ Params: { service: string } }>('/v1/dlq/:service/discard', async request => {
    const name = findService(request.params.service)
    const { letters: named, why } = discardBody.parse(request.body)
    const discard = { by: request.caller?.name ?? 'unknown', why, at: clock.now() }
    const discarding = () => discardNamed(log, { service: name, letters: named }, discard, until)
    return { topics: await usable('letters', () => alone(name, discarding)) }
  })
  app.post<{ Params: { service: string } }>('/v1/dlq/:service/redrive', async (request, reply) => {
    const name = findService(request.params.service)
    const { topic, only, dryRun = false } = redriveBody.parse(request.body)
    if (only) {
      const redriving = () => redriveNamed(log, { service: name, letters: only }, until)
      const topics = await usable('only', () => alone(name, redriving))
      return reply.type('application/x-ndjson').send(`${JSON.stringify({ topics })}\n`)
    }
    const redriveRequest = { service: name, ...(topic !== undefined && { topic }) }
    await usable('topic', async () => redriveTopics(redriveRequest))
    const disconnected = new AbortController()
    reply.raw.once('close', () => disconnected.abort())
    const signal = AbortSignal.any([until, disconnected.signal])
    const out = new Readable({ read: () => {} })
    const onMoved = (moved: number, of: number): void => void out.push(`${JSON.stringify({ moved, of })}\n`)
    const result: Promise<readonly DeadLetterCounts[]> = dryRun
      ? countBacklog(log, name, redriveTopics(redriveRequest), signal)
      : alone(name, () => redrive(log, { ...redriveRequest, onMoved }, signal))
    result.then(
      topics => {
        out.push(`${JSON.stringify({ topics })}\n`)
        out.push(null)
      },
      error => out.destroy(error),
    )
    return reply.type('application/x-ndjson').send(out)
  })
}

/** FLY_USAGE as status 400, with the name of the field. */
async function usable<T>(field: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    if (error instanceof Fault && error.code === 'FLY_USAGE')
      throw httpError(400, 'invalid', `${field}: ${error.message}`)
    throw error
  }
}
