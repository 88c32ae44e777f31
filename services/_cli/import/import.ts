import type { Settings } from '#runtime/config/config.ts'
import { openCheckpoint } from './checkpoint.ts'
import { createImportProgress } from './progress.ts'
import { sendRecords } from './send.ts'
import { openImportSource } from './source.ts'

type ImportOptions = {
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
  options: ImportOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const { agent, kind, json } = options
  const url = `${options.url ?? `http://127.0.0.1:${settings.port}`}/v1/${kind}`
  const source = openImportSource(path, options)
  const place = openCheckpoint(path, { agent, kind })
  const progress = createImportProgress(process.stderr, Date.now)
  const from = options.resume ? place.load() : 0
  let sentRows = from
  try {
    const { rows, skipped } = await source.check(progress.showChecked)
    const result = { rows, skipped, resumedAt: from, accepted: 0, duplicates: 0 }
    for await (const batch of source.batches(from)) {
      const { accepted, duplicates } = await sendRecords(url, batch.records, settings, signal)
      result.accepted += accepted
      result.duplicates += duplicates
      sentRows = batch.end
      if (sentRows < rows) place.save(sentRows)
      progress.showSent(sentRows, rows)
    }
    place.remove()
    progress.end()
    process.stdout.write(`${json ? JSON.stringify(result) : resultText(result)}\n`)
  } catch (error) {
    progress.end(sentRows > 0 ? `the first ${sentRows} rows are in the log: --resume goes on behind them` : undefined)
    throw error
  }
}

function resultText({ accepted, duplicates, skipped }: Record<'accepted' | 'duplicates' | 'skipped', number>): string {
  const without = skipped > 0 ? `, ${skipped} rows without a turn that calls a tool` : ''
  return `${accepted} accepted, ${duplicates} known already${without}`
}
