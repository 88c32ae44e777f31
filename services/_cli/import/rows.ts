import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import { Fault } from '#runtime/core/faults.ts'
import { splitLines } from '#services/ingest/lines.ts'
import { isObject, parseIfJson } from '#services/ingest/messages.ts'

/** A row of a file; `where` names it for people: `line 3`, `row 3`. */
export type SourceRow = { readonly where: string; readonly value: unknown }
export type SourceRows = AsyncIterable<SourceRow>

/** Rows of a CSV file as bodies: columns as they are named in its first line; `line 2` is the first row. */
export async function* readCsvBodies(path: string): SourceRows {
  for await (const { where, value } of readCsvRecords(path)) yield { where, value: nestColumns(value) }
}

/** Rows of a CSV file, each with its cells by column. */
export async function* readCsvRecords(
  path: string,
): AsyncIterable<{ readonly where: string; readonly value: Readonly<Record<string, string>> }> {
  const parser = parse({ columns: true, skip_empty_lines: true, info: true })
  try {
    // What goes wrong before the parser comes out of it.
    for await (const { info, record } of pipeline(createReadStream(path), decodeUtf8, parser, () => {}))
      yield { where: `line ${info.lines}`, value: record }
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A file in another encoding is refused, so that no letters are lost without a word. */
const strictUtf8 = () => new TextDecoder('utf-8', { fatal: true })

async function* decodeUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = strictUtf8()
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  decoder.decode()
}

/** One JSON value a line; blank lines are left out. A line that is no JSON is a row without a value. */
export async function* readJsonLines(path: string): SourceRows {
  for await (const { number, bytes } of splitLines(createReadStream(path), Number.POSITIVE_INFINITY))
    yield { where: `line ${number}`, value: parseJson(bytes) }
}

/** The value of JSON in UTF-8, undefined when it is none. */
export function parseJson(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(strictUtf8().decode(bytes))
  } catch {
    return undefined
  }
}

/** Rows of a Parquet file in their order, whatever it is compressed with. 64-bit numbers become numbers, times ms since 1970. */
export async function* readParquetBodies(path: string): SourceRows {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // More threads would mix the rows.
  const database = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await database.connect()
  let row = 0
  try {
    const result = await connection.stream('SELECT * FROM read_parquet(?)', [path])
    for await (const chunk of result.yieldRowObjectJs())
      for (const record of chunk) yield { where: `row ${++row}`, value: nestColumns(toJsonValue(record) as object) }
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${String(error).split('\n', 1)[0]}`)
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

function toJsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.getTime()
  if (Array.isArray(value)) return value.map(toJsonValue)
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJsonValue(inner)]))
    : value
}

const numericColumns = new Set(['turn', 'at', 'latencyMs', 'plan.confidence', 'plan.margin'])

/**
 * Cells as a body: dotted columns nest, numbers are numbers, `earlier` is a JSON array. Empty cells are absent, but for the
 * argument of a plan: a tool may have none.
 */
function nestColumns(cells: object): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const [column, cell] of Object.entries(cells)) {
    if (cell === null || (cell === '' && column !== 'plan.argument')) continue
    const isNumber = numericColumns.has(column) && Number.isFinite(Number(cell))
    const content = isNumber ? Number(cell) : column === 'earlier' ? parseIfJson(cell) : cell
    const [head = '', tail] = column.split('.')
    if (tail === undefined) value[head] = content
    else value[head] = { ...(value[head] as object | undefined), [tail]: content }
  }
  return value
}
