import { open } from 'node:fs/promises'
import { type Column, quoteIdentifier, type TopicRow } from './columns.ts'
import { createTable, withDuckDB } from './duckdb.ts'

/** Takes rows; resolves when there is room for more. */
export type WriteRows = (rows: readonly TopicRow[]) => Promise<void>

/** Writes a file at a path of what `fill` brings; memory does not grow with the rows. */
type ExportFormat = (
  path: string,
  columns: readonly Column[],
  fill: (write: WriteRows) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>

/** JSON lines are rows as `tail` has them, times in ms since 1970. In Parquet and CSV times are points in time (UTC). */
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

/** Rows wait in a file of DuckDB, which then writes them in one go. */
function duckDbFormat(how: string, select: (name: string, type: string) => string): ExportFormat {
  return (path, columns, fill, signal) =>
    withDuckDB(async connection => {
      await fill(await createTable(connection, 'rows', columns))
      const selected = columns.map(({ name, type }) => select(name, type))
      await connection.run(`COPY (SELECT ${selected.join(', ')} FROM rows) TO '${path.replaceAll("'", "''")}' (${how})`)
    }, signal)
}

/** CSV has no nested values: they are JSON in it. */
function csvColumn(name: string, type: string): string {
  const nested = /[(\]]/.test(type)
  return nested ? `to_json(${quoteIdentifier(name)}) AS ${quoteIdentifier(name)}` : quoteIdentifier(name)
}
