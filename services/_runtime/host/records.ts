import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Codec } from '../codec/codec.ts'
import { toReadableRecord } from '../codec/readable-record.ts'
import { httpError } from '../http/error.ts'
import type { EventLog, LogRecord, ReadOptions } from '../log/event-log.ts'

/** Where to start reading: at the first record, after the last, or at the first record appended at or after a time in ms since 1970. */
export type ReadFrom = 'beginning' | 'end' | number

/** Resolves a start point to log positions. */
export async function startPositions(log: EventLog, topic: string, since: ReadFrom): Promise<ReadOptions['from']> {
  return typeof since === 'number' ? log.positionsAt([topic], since) : since
}

/**
 * `GET /v1/records/TOPIC?from=beginning&follow=true`: a topic as NDJSON, for clients that cannot open the embedded log.
 * `from` may also be a time in ms since 1970. A response that ends normally is complete; otherwise the connection is aborted.
 */
export function serveRecords(app: FastifyInstance, log: EventLog, codec: Codec, until: AbortSignal): void {
  app.get<{ Params: { topic: string }; Querystring: { from?: string; follow?: string } }>(
    '/v1/records/:topic',
    async (request, reply) => {
      const { topic } = request.params
      if (!(await log.topics()).some(({ name }) => name === topic))
        throw httpError(404, 'unknown_topic', `no topic ${topic}`)
      const from = await startPositions(log, topic, parseReadFrom(request.query.from))
      const follow = request.query.follow === 'true'
      const disconnected = new AbortController()
      request.raw.once('close', () => disconnected.abort())
      const signal = AbortSignal.any([until, disconnected.signal])
      const out = new PassThrough()
      const send = async (records: readonly LogRecord[]): Promise<void> => {
        for (const record of records)
          if (!out.write(`${JSON.stringify(await toReadableRecord(codec, record))}\n`))
            await once(out, 'drain', { signal })
      }
      log.read([topic], { from, follow }, send, signal).then(
        () => (signal.aborted && !follow ? out.destroy(new Error('stopped before the end')) : out.end()),
        error => out.destroy(error),
      )
      return reply.type('application/x-ndjson').send(out)
    },
  )
}

function parseReadFrom(from: string | undefined): ReadFrom {
  if (from === undefined || from === 'end') return 'end'
  if (from === 'beginning') return from
  if (/^\d{1,16}$/.test(from)) return Number(from)
  throw httpError(400, 'invalid_from', 'from must be beginning, end, or a time in ms since 1970')
}
