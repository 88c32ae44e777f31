import { open } from 'node:fs/promises'
import { type Column, quoteIdentifier, type TopicRow } from './columns.ts'
import { createTable, withDuckDB } from './duckdb.ts'

/** Takes rows; resolves when it can take more. */
export type WriteRows = (rows: readonly TopicRow[]) => Promise<void>

/** Writes the rows that `fill` passes to a file, in bounded memory. */
type ExportFormat = (
  path: string,
  columns: readonly Column[],
  fill: (write: WriteRows) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>

/** In JSON lines times are ms since 1970, as `tail` prints them; in Parquet and CSV they are timestamps (UTC). */
export const exportFormats = {
  parquet: duckDbFormat('FORMAT parquet, COMPRESSION zstd', quoteIdentifier),
  jsonl: writeJsonLines,
  csv: duckDbFormat('FORMAT csv, HEADER', csvColumn),
} as const satisfies Record<string, ExportFormat>

export type ExportFormatName = keyof typeof exportFormats
export const exportFormatNames = Object.keys(exportFormats) as ExportFormatName[]

async function writeJsonLines(
  path: string,
  _columns: readonly Column[],
  fill: (write: WriteRows) => Promise<void>,
): Promise<void> {
  const file = await open(path, 'w')
  try {
    await fill(rows => file.appendFile(rows.map(row => `${JSON.stringify(row)}\n`).join('')))
  } finally {
    await file.close()
  }
}

/** Collects the rows in a DuckDB table, then copies the table to the file. */
function duckDbFormat(how: string, select: (name: string, type: string) => string): ExportFormat {
  return (path, columns, fill, signal) =>
    withDuckDB(async connection => {
      await fill(await createTable(connection, 'rows', columns))
      const selected = columns.map(({ name, type }) => select(name, type))
      await connection.run(`COPY (SELECT ${selected.join(', ')} FROM rows) TO '${path.replaceAll("'", "''")}' (${how})`)
    }, signal)
}

/** CSV has no nested values: they become JSON. */
function csvColumn(name: string, type: string): string {
  const nested = /[(\]]/.test(type)
  return nested ? `to_json(${quoteIdentifier(name)}) AS ${quoteIdentifier(name)}` : quoteIdentifier(name)
}
