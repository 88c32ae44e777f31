import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { Fault } from '../core/faults.ts'
import { strictObject } from '../core/strict-object.ts'
import { httpError } from '../http/error.ts'
import type { EventLog } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { findDeadLetter, parsePosition } from './find.ts'
import { redrive, redriveTopics } from './redrive.ts'
import { listUnresolved } from './unresolved.ts'

/** A JSON body is required: a form or a link on another site's page cannot send one from a browser. */
const body = strictObject({ topic: z.string().optional() })
const query = strictObject({ service: z.string().optional(), most: z.coerce.number().int().min(0).optional() })

/**
 * `GET /v1/dlq`: the unresolved dead letters of the services in this process. `GET /v1/dlq/LETTER`: one dead letter, by
 * `TOPIC/PARTITION@OFFSET`. `POST /v1/dlq/SERVICE/redrive`: re-drives them, those of one topic if the body names it. The
 * response is NDJSON: the progress, then what was moved.
 */
export function serveDeadLetters(
  app: FastifyInstance,
  runtime: { readonly log: EventLog; readonly codec: Codec; readonly objects: ObjectStore },
  services: readonly ServiceName[],
  until: AbortSignal,
): void {
  const findService = (name: string): ServiceName => {
    const found = services.find(service => service === name)
    if (found) return found
    throw httpError(404, 'unknown_service', `no service ${name} in this process`)
  }
  const redriving = new Set<ServiceName>()

  app.get('/v1/dlq', async request => {
    const { service, most = Number.POSITIVE_INFINITY } = query.parse(request.query)
    return {
      topics: await listUnresolved(runtime.log, service === undefined ? services : [findService(service)], most, until),
    }
  })
  app.get<{ Params: { letter: string } }>('/v1/dlq/:letter', async request => {
    const position = parsePosition(request.params.letter)
    const found = position && (await findDeadLetter(runtime, position, until))
    if (!found) throw httpError(404, 'not_found', `no dead letter at ${request.params.letter}`)
    return found
  })
  app.post<{ Params: { service: string } }>('/v1/dlq/:service/redrive', async (request, reply) => {
    const service = findService(request.params.service)
    const { topic } = body.parse(request.body)
    const redriveRequest = { service, ...(topic !== undefined && { topic }) }
    try {
      redriveTopics(redriveRequest)
    } catch (error) {
      if (error instanceof Fault) throw httpError(400, 'invalid', `topic: ${error.message}`)
      throw error
    }
    if (redriving.has(service))
      throw httpError(409, 'under_way', `${service} is being re-driven: wait until that has ended`)
    redriving.add(service)
    const disconnected = new AbortController()
    reply.raw.once('close', () => disconnected.abort())
    const out = new Readable({ read: () => {} })
    const onMoved = (moved: number, of: number): void => void out.push(`${JSON.stringify({ moved, of })}\n`)
    redrive(runtime.log, { ...redriveRequest, onMoved }, AbortSignal.any([until, disconnected.signal]))
      .then(
        topics => {
          out.push(`${JSON.stringify({ topics })}\n`)
          out.push(null)
        },
        error => out.destroy(error),
      )
      .finally(() => redriving.delete(service))
    return reply.type('application/x-ndjson').send(out)
  })
}
