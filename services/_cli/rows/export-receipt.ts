import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { TopicRow } from './columns.ts'
import type { ExportFormatName } from './export-formats.ts'

/** The rows of a partition: how many, and the offsets of the first and the last. */
export type OffsetRange = {
  readonly partition: number
  readonly first: number
  readonly last: number
  readonly rows: number
}

/** What an export wrote. */
export type ExportReceipt = {
  readonly topic: string
  readonly file: string
  readonly format: ExportFormatName
  /** In ms since 1970; null where the whole topic was asked for. */
  readonly since: number | null
  readonly rows: number
  /** Records that hold no event of the topic: they are no rows. */
  readonly without: number
  readonly partitions: readonly OffsetRange[]
  /** Of the file's bytes. */
  readonly sha256: string
}

/** Adds rows, in the order of their partitions, to the spans that were seen so far. */
export function extendRanges(
  spans: ReadonlyMap<number, OffsetRange>,
  rows: readonly TopicRow[],
): ReadonlyMap<number, OffsetRange> {
  const next = new Map(spans)
  for (const [partition, some] of Map.groupBy(rows, row => row._partition)) {
    const before = next.get(partition)
    const offsets = some.map(row => row._offset)
    const first = before?.first ?? offsets[0] ?? 0
    next.set(partition, { partition, first, last: offsets.at(-1) ?? first, rows: (before?.rows ?? 0) + some.length })
  }
  return next
}

export async function fileSha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(file)) hash.update(bytes)
  return hash.digest('hex')
}

export function exportReceiptText({ topic, file, rows, without, partitions, sha256 }: ExportReceipt): string {
  return [
    `${rows.toLocaleString('en')} rows of ${topic} in ${file}`,
    ...(without > 0 ? [`${without} records hold no event and are no rows: flywheel tail shows them`] : []),
    ...partitions.map(span => `partition ${span.partition}: offsets ${span.first} to ${span.last}, ${span.rows} rows`),
    `sha256 ${sha256}`,
  ].join('\n')
}
