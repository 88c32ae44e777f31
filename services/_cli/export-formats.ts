import { open } from 'node:fs/promises'
import { type Column, quoted, type Row } from './rows.ts'
import { createTable, withDuckDB } from './rows-duckdb.ts'

/** Takes rows; resolves when there is room for more. */
export type Write = (rows: readonly Row[]) => Promise<void>

/** Writes a file at a path of what `fill` brings; memory does not grow with the rows. */
type Format = (
  path: string,
  columns: readonly Column[],
  fill: (write: Write) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>

/** JSON lines are rows as `tail` has them, times in ms since 1970. In Parquet and CSV times are points in time (UTC). */
export const formats = {
  parquet: throughDuckDB('FORMAT parquet, COMPRESSION zstd', quoted),
  jsonl: jsonLines,
  csv: throughDuckDB('FORMAT csv, HEADER', flat),
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats) as FormatName[]

async function jsonLines(
  path: string,
  _columns: readonly Column[],
  fill: (write: Write) => Promise<void>,
): Promise<void> {
  const file = await open(path, 'w')
  try {
    await fill(rows => file.appendFile(rows.map(row => `${JSON.stringify(row)}\n`).join('')))
  } finally {
    await file.close()
  }
}

/** Rows wait in a file of DuckDB, which then writes them in one go. */
function throughDuckDB(how: string, select: (name: string, type: string) => string): Format {
  return (path, columns, fill, signal) =>
    withDuckDB(async connection => {
      await fill(await createTable(connection, 'rows', columns))
      const selected = columns.map(({ name, type }) => select(name, type))
      await connection.run(`COPY (SELECT ${selected.join(', ')} FROM rows) TO '${path.replaceAll("'", "''")}' (${how})`)
    }, signal)
}

/** CSV has no nested values: they are JSON in it. */
function flat(name: string, type: string): string {
  const nested = /[(\]]/.test(type)
  return nested ? `to_json(${quoted(name)}) AS ${quoted(name)}` : quoted(name)
}
