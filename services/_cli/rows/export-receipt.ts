import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { formatCount } from '../output.ts'
import type { TopicRow } from './columns.ts'
import type { ExportFormatName } from './export-formats.ts'

/** The exported rows of a partition; `first` and `last` are offsets. */
export type OffsetRange = {
  readonly partition: number
  readonly first: number
  readonly last: number
  readonly rows: number
}

/** The result of an export. */
export type ExportReceipt = {
  readonly topic: string
  readonly file: string
  readonly format: ExportFormatName
  /** In ms since 1970; null for the whole topic. */
  readonly since: number | null
  readonly rows: number
  /** Records that are no events of the topic, and therefore no rows. */
  readonly without: number
  readonly partitions: readonly OffsetRange[]
  /** Of the file's bytes. */
  readonly sha256: string
}

/** Extends the ranges by rows that are in the order of their partitions. */
export function extendRanges(
  ranges: ReadonlyMap<number, OffsetRange>,
  rows: readonly TopicRow[],
): ReadonlyMap<number, OffsetRange> {
  const next = new Map(ranges)
  for (const { _partition: partition, _offset: last } of rows) {
    const range = next.get(partition)
    next.set(partition, { partition, first: range?.first ?? last, last, rows: (range?.rows ?? 0) + 1 })
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
    `${formatCount(rows)} rows of ${topic} in ${file}`,
    ...(without > 0 ? [`${without} records are no events and were not exported: flywheel tail prints them`] : []),
    ...partitions.map(
      range => `partition ${range.partition}: offsets ${range.first} to ${range.last}, ${range.rows} rows`,
    ),
    `sha256 ${sha256}`,
  ].join('\n')
}
