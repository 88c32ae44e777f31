import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { backoffMs } from '#runtime/core/backoff.ts'
import { Fault } from '#runtime/core/faults.ts'
import { services } from '#topology/map.ts'
import { openBadRows } from './bad-rows.ts'
import type { ImportFormatName } from './format-names.ts'
import { createProgressDisplay, savedProgressOf } from './progress.ts'
import { openImportSource } from './source.ts'

type ImportOptions = {
  readonly agent: string
  readonly kind: string
  readonly format?: ImportFormatName
  readonly url?: string
  readonly resume: boolean
  readonly skipBad?: string
  readonly json: boolean
}

/**
 * Sends a file to ingest (formats and columns: services/ingest/README.md). The whole file is checked before the first row is
 * sent. The ids of rows derive from the file, so that a repeated import sends nothing twice. When it is interrupted, the number
 * of acknowledged rows is kept beside the file, and `resume` continues behind them. With `skipBad`, bad rows are written to that file
 * and the others are sent.
 */
export async function importFile(
  path: string,
  options: ImportOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const { agent, kind, json } = options
  const url = `${options.url ?? `http://127.0.0.1:${settings.port}`}/v1/${kind}`
  const badRows = options.skipBad === undefined ? undefined : openBadRows(options.skipBad, path)
  const source = await openImportSource(path, { ...options, ...(badRows && { onBadRow: badRows.add }) })
  if (options.format === undefined) process.stderr.write(`${path}: taken for ${source.takenFor}\n`)
  const saved = savedProgressOf(path, { agent, kind })
  const display = createProgressDisplay(process.stderr, Date.now)
  const from = options.resume ? saved.load() : 0
  let sentRows = from
  try {
    const { rows, skipped, bad } = await source.check(display.showChecked)
    const result = { rows, skipped, bad, resumedAt: from, accepted: 0, duplicates: 0 }
    for await (const { records, end } of source.batches(from)) {
      const { accepted, duplicates } = await sendRecords(url, records, settings, signal)
      result.accepted += accepted
      result.duplicates += duplicates
      sentRows = end
      if (sentRows < rows) saved.save(sentRows)
      display.showSent(sentRows, rows)
    }
    saved.remove()
    display.end()
    process.stdout.write(`${json ? JSON.stringify(result) : resultText(result)}\n`)
  } catch (error) {
    display.end(sentRows > 0 ? `the first ${sentRows} rows are in the log: --resume continues behind them` : undefined)
    throw error
  }
}

type ResultCounts = Record<'accepted' | 'duplicates' | 'skipped' | 'bad', number>

function resultText({ accepted, duplicates, skipped, bad }: ResultCounts): string {
  const without = skipped > 0 ? `, ${skipped} rows without a turn that the agent answered` : ''
  const refused = bad > 0 ? `, ${bad} bad rows left out` : ''
  return `${accepted} accepted, ${duplicates} known already${without}${refused}`
}

const receiptSchema = z.object({ accepted: z.int(), duplicates: z.int() })

/** Requests that are sent to an ingest which answers "busy". */
const maxAttempts = 30
const backoff = { firstMs: 500, maxMs: 10_000 }

/** Sends records as one request. All of them are in the log when it resolves. FLY_USAGE with what to do about a failure. */
async function sendRecords(
  url: string,
  records: readonly string[],
  settings: Settings,
  signal: AbortSignal,
): Promise<z.infer<typeof receiptSchema>> {
  const headers = {
    'content-type': 'application/json',
    ...(settings.apiKey ? { authorization: `Bearer ${settings.apiKey}` } : {}),
  }
  const body = `[${records.join(',')}]`
  for (let attempt = 1; ; attempt++) {
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
    const retryAfter = answer.headers.get('retry-after')
    const waitMs = retryAfter === null ? backoffMs(attempt - 1, backoff) : 1000 * Number(retryAfter)
    await pause(waitMs, undefined, { signal })
  }
}
