import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openBadRows } from './bad-rows.ts'
import type { ImportFormatName } from './format-names.ts'
import { createProgressDisplay, savedProgressOf } from './progress.ts'
import { sendRecords } from './send-records.ts'
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
  /** Positions of the first records that are in the log with other content. */
  const changed: string[] = []
  let otherContent = 0
  try {
    const { rows, skipped, bad } = await source.check(display.showChecked)
    const result = { rows, skipped, bad, resumedAt: from, accepted: 0, duplicates: 0, otherContent: 0 }
    for await (const { records, end } of source.batches(from)) {
      const receipt = await sendRecords(url, records, settings.apiKey, signal)
      result.accepted += receipt.accepted
      result.duplicates += receipt.duplicates
      result.otherContent += receipt.otherContent.length
      changed.push(...receipt.otherContent.slice(0, maxListed - changed.length))
      sentRows = end
      if (sentRows < rows) saved.save(sentRows)
      display.showSent(sentRows, rows)
    }
    saved.remove()
    display.end()
    process.stdout.write(`${json ? JSON.stringify(result) : resultText(result)}\n`)
    otherContent = result.otherContent
  } catch (error) {
    display.end(sentRows > 0 ? `the first ${sentRows} rows are in the log: --resume continues behind them` : undefined)
    throw error
  }
  if (otherContent > 0)
    throw new Fault(
      'FLY_USAGE',
      `${path}: ${otherContent} records are in the log with other content, which is kept: ${changed.join(', ')}${otherContent > maxListed ? ', …' : ''}. Give corrections ids of their own`,
    )
}

/** Most records with other content in an error message. */
const maxListed = 20

type ResultCounts = Record<'accepted' | 'duplicates' | 'skipped' | 'bad', number>

function resultText({ accepted, duplicates, skipped, bad }: ResultCounts): string {
  const without = skipped > 0 ? `, ${skipped} rows without a turn that the agent answered` : ''
  const refused = bad > 0 ? `, ${bad} bad rows left out` : ''
  return `${accepted} accepted, ${duplicates} known already${without}${refused}`
}
