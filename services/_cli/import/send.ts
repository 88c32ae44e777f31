import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { services } from '#topology/map.ts'

const receiptSchema = z.object({ accepted: z.int(), duplicates: z.int() })

/** What ingest says of a request: how many of its records are new. */
export type IngestReceipt = z.infer<typeof receiptSchema>

/** A busy ingest is asked again so often. */
const maxAttempts = 30

/** Sends records as one request; all of them are in the log when it resolves. FLY_USAGE with what to do about it. */
export async function sendRecords(
  url: string,
  records: readonly string[],
  settings: Settings,
  signal: AbortSignal,
): Promise<IngestReceipt> {
  const headers = {
    'content-type': 'application/json',
    ...(settings.apiKey ? { authorization: `Bearer ${settings.apiKey}` } : {}),
  }
  for (let attempt = 1; ; attempt++) {
    const body = `[${records.join(',')}]`
    const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(error => {
      throw new Fault(
        'FLY_USAGE',
        `ingest does not answer at ${url}: start it with flywheel up (port ${services.ingest.port} above the base with --kafka), or give --url`,
        {},
        error,
      )
    })
    if (answer.ok) return receiptSchema.parse(await answer.json())
    if (attempt === maxAttempts || (answer.status !== 429 && answer.status !== 503))
      throw new Fault('FLY_USAGE', `ingest answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
    await pause(1000 * Number(answer.headers.get('retry-after') ?? 1), undefined, { signal })
  }
}
