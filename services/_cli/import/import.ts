import type { Settings } from '#runtime/config/config.ts'
import { placeOf } from './place.ts'
import { createProgress } from './progress.ts'
import { sendRecords } from './send.ts'
import { openSource } from './source.ts'

type Options = {
  readonly agent: string
  readonly kind: string
  readonly format?: string
  readonly url?: string
  readonly resume: boolean
  readonly json: boolean
}

/**
 * Sends a file to ingest (formats and columns: services/ingest/README.md). The whole file is checked before the first row is
 * sent; the ids of rows derive from the file, so calling it again sends nothing twice. What was acknowledged when it is
 * interrupted is kept beside the file, and `resume` goes on there.
 */
export async function importFile(
  path: string,
  options: Options,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const { agent, kind, json } = options
  const url = `${options.url ?? `http://127.0.0.1:${settings.port}`}/v1/${kind}`
  const source = openSource(path, options)
  const place = placeOf(path, { agent, kind })
  const progress = createProgress(process.stderr, Date.now)
  const from = options.resume ? place.resume() : 0
  let row = from
  try {
    const { rows, skipped } = await source.check(progress.checked)
    const result = { rows, skipped, resumedAt: from, accepted: 0, duplicates: 0 }
    for await (const batch of source.batches(from)) {
      const { accepted, duplicates } = await sendRecords(url, batch.records, settings, signal)
      result.accepted += accepted
      result.duplicates += duplicates
      row = batch.end
      if (row < rows) place.keep(row)
      progress.sent(row, rows)
    }
    place.forget()
    progress.end()
    process.stdout.write(`${json ? JSON.stringify(result) : told(result)}\n`)
  } catch (error) {
    progress.end(row > 0 ? `the first ${row} rows are in the log: --resume goes on behind them` : undefined)
    throw error
  }
}

function told({ accepted, duplicates, skipped }: Record<'accepted' | 'duplicates' | 'skipped', number>): string {
  const without = skipped > 0 ? `, ${skipped} rows without a turn that calls a tool` : ''
  return `${accepted} accepted, ${duplicates} known already${without}`
}
