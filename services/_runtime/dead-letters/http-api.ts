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

/** A body is needed, and it is JSON: so no page that a browser shows can make it send one here. */
const body = strictObject({ topic: z.string().optional() })
const query = strictObject({ service: z.string().optional(), most: z.coerce.number().int().min(0).optional() })

/**
 * `GET /v1/dlq`: what the services of this process have parked. `GET /v1/dlq/LETTER`: one dead letter, by
 * `TOPIC/PARTITION@OFFSET`. `POST /v1/dlq/SERVICE/redrive`: moves what is parked, of one topic if the body names it; answers in NDJSON
 * with how far it is, and last with what was moved.
 */
export function serveDeadLetters(
  app: FastifyInstance,
  runtime: { readonly log: EventLog; readonly codec: Codec; readonly objects: ObjectStore },
  services: readonly ServiceName[],
  until: AbortSignal,
): void {
  const named = (name: string): ServiceName => {
    const found = services.find(service => service === name)
    if (found) return found
    throw httpError(404, 'unknown_service', `no service ${name} in this process`)
  }
  const redriving = new Set<ServiceName>()

  app.get('/v1/dlq', async request => {
    const { service, most = Number.POSITIVE_INFINITY } = query.parse(request.query)
    return {
      topics: await listUnresolved(runtime.log, service === undefined ? services : [named(service)], most, until),
    }
  })
  app.get<{ Params: { letter: string } }>('/v1/dlq/:letter', async request => {
    const place = parsePosition(request.params.letter)
    const found = place && (await findDeadLetter(runtime, place, until))
    if (!found) throw httpError(404, 'not_found', `no dead letter at ${request.params.letter}`)
    return found
  })
  app.post<{ Params: { service: string } }>('/v1/dlq/:service/redrive', async (request, reply) => {
    const service = named(request.params.service)
    const { topic } = body.parse(request.body)
    const wanted = { service, ...(topic !== undefined && { topic }) }
    try {
      redriveTopics(wanted)
    } catch (error) {
      if (error instanceof Fault) throw httpError(400, 'invalid', `topic: ${error.message}`)
      throw error
    }
    if (redriving.has(service))
      throw httpError(409, 'under_way', `${service} is being re-driven: wait for the end of that`)
    redriving.add(service)
    const disconnected = new AbortController()
    reply.raw.once('close', () => disconnected.abort())
    const out = new Readable({ read: () => {} })
    const onMoved = (moved: number, of: number): void => void out.push(`${JSON.stringify({ moved, of })}\n`)
    redrive(runtime.log, { ...wanted, onMoved }, AbortSignal.any([until, disconnected.signal]))
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
