import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { backoffMs } from '#runtime/core/backoff.ts'
import { Fault } from '#runtime/core/faults.ts'
import { services } from '#topology/map.ts'
import type { ImportRecord } from './source.ts'

const receiptSchema = z.object({ accepted: z.int(), duplicates: z.int() })

export type ImportReceipt = z.infer<typeof receiptSchema> & {
  /** Positions of the records that are in the log with other content. */
  readonly otherContent: readonly string[]
}

/** Requests that are sent to an ingest which answers "busy". */
const maxAttempts = 30
const backoff = { firstMs: 500, maxMs: 10_000 }

/**
 * Sends records in their order. All of them are in the log when it resolves, those in `otherContent` with what came first. Ingest refuses
 * a whole request for one such record, so the request is then halved. FLY_USAGE with what to do about a failure.
 */
export async function sendRecords(
  url: string,
  records: readonly ImportRecord[],
  apiKey: string | undefined,
  signal: AbortSignal,
): Promise<ImportReceipt> {
  const answer = await post(url, `[${records.map(({ json }) => json).join(',')}]`, apiKey, signal)
  if (answer.ok) return { ...receiptSchema.parse(await answer.json()), otherContent: [] }
  if (answer.status !== 409)
    throw new Fault('FLY_USAGE', `ingest answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
  if (records.length === 1) return { accepted: 0, duplicates: 0, otherContent: records.map(({ where }) => where) }
  const middle = Math.ceil(records.length / 2)
  const first = await sendRecords(url, records.slice(0, middle), apiKey, signal)
  const second = await sendRecords(url, records.slice(middle), apiKey, signal)
  return {
    accepted: first.accepted + second.accepted,
    duplicates: first.duplicates + second.duplicates,
    otherContent: [...first.otherContent, ...second.otherContent],
  }
}

/** The answer of ingest, once it is not busy. */
async function post(url: string, body: string, apiKey: string | undefined, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) }
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(error => {
      throw new Fault(
        'FLY_USAGE',
        `ingest does not answer at ${url}: start it with flywheel up (port ${services.ingest.port} above the base with --kafka), or give --url`,
        {},
        error,
      )
    })
    if (attempt === maxAttempts || (answer.status !== 429 && answer.status !== 503)) return answer
    const retryAfter = answer.headers.get('retry-after')
    const waitMs = retryAfter === null ? backoffMs(attempt - 1, backoff) : 1000 * Number(retryAfter)
    await pause(waitMs, undefined, { signal })
  }
}
