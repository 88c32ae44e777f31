import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Codec } from '../codec/codec.ts'
import { toReadableRecord } from '../codec/readable-record.ts'
import { httpError } from '../http/error.ts'
import type { EventLog, LogRecord, ReadOptions } from '../log/event-log.ts'

/** Where to begin in a topic: at its first record, behind its last, or at the first one appended at or after a time in ms since 1970. */
export type ReadFrom = 'beginning' | 'end' | number

/** The place in the log where a reader begins. */
export async function startPositions(log: EventLog, topic: string, since: ReadFrom): Promise<ReadOptions['from']> {
  return typeof since === 'number' ? log.positionsAt([topic], since) : since
}

/**
 * `GET /v1/records/TOPIC?from=beginning&follow=true`: a topic as NDJSON, for those who cannot open the embedded log themselves.
 * `from` is also a time in ms since 1970. An answer that ends as it should holds all there was: else it is broken off.
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
      const gone = new AbortController()
      request.raw.once('close', () => gone.abort())
      const signal = AbortSignal.any([until, gone.signal])
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
