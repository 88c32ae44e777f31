import type { Settings } from '#runtime/config/config.ts'
import { formatCount, printLines } from '../output.ts'
import { parseTime } from '../parse-time.ts'
import { type RecordReader, withRecordReader } from '../read-records.ts'
import { writeComplete } from '../write-complete.ts'
import { columnsOf, rowsOf } from './columns.ts'
import { type ExportFormatName, exportFormats, type WriteRows } from './export-formats.ts'
import { type ExportReceipt, exportReceiptText, extendRanges, fileSha256, type OffsetRange } from './export-receipt.ts'

type ExportOptions = {
  readonly format: ExportFormatName
  readonly since?: string
  readonly out?: string
  readonly json: boolean
}

/** Rows between two progress lines. */
const progressEvery = 50_000

/**
 * Writes the events that a topic holds now to a file: all, or those appended at or after a time. The file appears under its
 * name when it is complete; a file that had the name before stays until then.
 */
export async function exportTopic(
  topic: string,
  { format, since: given, out, json }: ExportOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const since = given === undefined ? null : parseTime('--since', given, Date.now())
  const file = out ?? `${topic}.${format}`
  await withRecordReader(settings, signal, async records => {
    await records.requireTopic(topic)
    const receipt = await writeComplete(file, async (part): Promise<ExportReceipt> => {
      const written = await writeRows(records, topic, { format, since, part }, signal)
      return { ...{ topic, file, format, since }, ...written, sha256: await fileSha256(part) }
    })
    printLines([json ? JSON.stringify(receipt) : exportReceiptText(receipt)])
  })
}

type ExportTarget = { readonly format: ExportFormatName; readonly since: number | null; readonly part: string }

async function writeRows(
  records: RecordReader,
  topic: string,
  { format, since, part }: ExportTarget,
  signal: AbortSignal,
): Promise<Pick<ExportReceipt, 'rows' | 'without' | 'partitions'>> {
  const columns = columnsOf(topic)
  let ranges: ReadonlyMap<number, OffsetRange> = new Map()
  let rows = 0
  let without = 0
  const copy = async (write: WriteRows): Promise<void> => {
    await records.read(topic, { from: since ?? 'beginning', follow: false }, async batch => {
      const found = rowsOf(columns, batch)
      await write(found)
      ranges = extendRanges(ranges, found)
      without += batch.length - found.length
      if (Math.floor((rows + found.length) / progressEvery) > Math.floor(rows / progressEvery))
        reportProgress(rows + found.length, 'read')
      rows += found.length
    })
    reportProgress(rows, 'to write')
  }
  await exportFormats[format](part, columns, copy, signal)
  return { rows, without, partitions: [...ranges.values()].toSorted((a, b) => a.partition - b.partition) }
}

const reportProgress = (rows: number, what: string): void =>
  void process.stderr.write(`${formatCount(rows)} rows ${what}\n`)
