import { open, rename, rm } from 'node:fs/promises'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { timeOf } from '#runtime/replay/times.ts'
import { type FormatName, formats, type Write } from './export-formats.ts'
import { type Receipt, receiptText, type Span, sha256Of, withRows } from './export-receipt.ts'
import { needAll, type Records, withRecords } from './read-records.ts'
import { columnsOf, rowsOf } from './rows.ts'

type Options = {
  readonly format: FormatName
  readonly since?: string
  readonly out?: string
  readonly json: boolean
}

/** Rows between two lines of progress. */
const stride = 50_000

/**
 * Writes what a topic holds at the call to a file: all of it, or what was appended at or after a time. The file has its name
 * only when it is whole; what had that name before stays until then.
 */
export async function exportTopic(
  topic: string,
  { format, since: given, out, json }: Options,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const since = given === undefined ? null : timeOf('--since', given, Date.now())
  const file = out ?? `${topic}.${format}`
  const part = `${file}.${process.pid}.part`
  await withRecords(settings, signal, async records => {
    await records.need(topic)
    await claim(file, part)
    try {
      const written = await writeRows(records, topic, { format, since, part }, signal)
      const sha256 = await sha256Of(part)
      await rename(part, file)
      const receipt: Receipt = { ...{ topic, file, format, since }, ...written, sha256 }
      process.stdout.write(`${json ? JSON.stringify(receipt) : receiptText(receipt)}\n`)
    } finally {
      await rm(part, { force: true })
    }
  })
}

type What = { readonly format: FormatName; readonly since: number | null; readonly part: string }

async function writeRows(
  records: Records,
  topic: string,
  { format, since, part }: What,
  signal: AbortSignal,
): Promise<Pick<Receipt, 'rows' | 'without' | 'partitions'>> {
  const columns = columnsOf(topic)
  let spans: ReadonlyMap<number, Span> = new Map()
  let rows = 0
  let without = 0
  const copy = async (write: Write): Promise<void> => {
    await records.read(topic, { from: since ?? 'beginning', follow: false }, async some => {
      const found = rowsOf(columns, some)
      await write(found)
      spans = withRows(spans, found)
      without += some.length - found.length
      if (Math.floor((rows + found.length) / stride) > Math.floor(rows / stride)) tell(rows + found.length, 'read')
      rows += found.length
    })
    needAll(signal)
    tell(rows, 'to write')
  }
  await formats[format](part, columns, copy, signal)
  return { rows, without, partitions: [...spans.values()].toSorted((a, b) => a.partition - b.partition) }
}

const tell = (rows: number, what: string): void =>
  void process.stderr.write(`${rows.toLocaleString('en')} rows ${what}\n`)

/** Before hours of reading: can a file be made there? */
async function claim(file: string, part: string): Promise<void> {
  try {
    await (await open(part, 'wx')).close()
  } catch (error) {
    throw new Fault('FLY_USAGE', `${file} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
}
