import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Codec } from './codec.ts'
import { verdict } from './faults.ts'
import { httpError } from './http-error.ts'
import type { EventLog, LogRecord } from './log.ts'

/** A record for people and scripts: where it lies, and its event; bytes that hold none are shown as base64. */
export type Readably = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: Readonly<Record<string, string>>
  readonly event: object
}

export async function readably(codec: Codec, record: LogRecord): Promise<Readably> {
  const { topic, partition, offset, timestamp, headers, value } = record
  return { topic, partition, offset, timestamp, headers, event: await eventOf(codec, value) }
}

async function eventOf(codec: Codec, value: Buffer | null): Promise<object> {
  if (value === null) return { deleted: true }
  try {
    return await codec.decodeAny(value)
  } catch (error) {
    if (verdict(error) !== 'dead-letter') throw error
    return { bytes: value.toString('base64') }
  }
}

/** `GET /v1/records/TOPIC?from=beginning&follow=true`: a topic as NDJSON, for those who cannot open the embedded log themselves. */
export function serveRecords(app: FastifyInstance, log: EventLog, codec: Codec, until: AbortSignal): void {
  app.get<{ Params: { topic: string }; Querystring: { from?: string; follow?: string } }>(
    '/v1/records/:topic',
    async (request, reply) => {
      const { topic } = request.params
      if (!(await log.topics()).some(({ name }) => name === topic))
        throw httpError(404, 'unknown_topic', `no topic ${topic}`)
      const gone = new AbortController()
      request.raw.once('close', () => gone.abort())
      const out = new Readable({ read: () => {} })
      const from = request.query.from === 'beginning' ? 'beginning' : 'end'
      const send = async (records: readonly LogRecord[]): Promise<void> => {
        for (const record of records) out.push(`${JSON.stringify(await readably(codec, record))}\n`)
      }
      log
        .read([topic], { from, follow: request.query.follow === 'true' }, send, AbortSignal.any([until, gone.signal]))
        .then(
          () => out.push(null),
          error => out.destroy(error),
        )
      return reply.type('application/x-ndjson').send(out)
    },
  )
}
