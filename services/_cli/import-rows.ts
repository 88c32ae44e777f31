import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import { Fault } from '#runtime/faults.ts'
import { isFields, parsed } from '#services/ingest/messages.ts'

/** A row of a file; `where` names it for people: `line 3`, `row 3`. */
export type Row = { readonly where: string; readonly value: unknown }
export type Rows = AsyncIterable<Row>

/** Columns of a CSV file as they are named in its first line; `line 2` is the first row. */
export async function* csvRows(path: string): Rows {
  const parser = createReadStream(path).pipe(parse({ columns: true, bom: true, skip_empty_lines: true, info: true }))
  try {
    for await (const { info, record } of parser) yield { where: `line ${info.lines}`, value: nested(record) }
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** One JSON value a line; blank lines are left out. A line that is no JSON is a row without a value. */
export async function* jsonLines(path: string): Rows {
  let line = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    if (text.trim() !== '') yield { where: `line ${line}`, value: jsonOf(text) }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Rows of a Parquet file in their order, whatever it is compressed with. 64-bit numbers become numbers, times ms since 1970. */
export async function* parquetRows(path: string): Rows {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // More threads would mix the rows.
  const database = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await database.connect()
  let row = 0
  try {
    const result = await connection.stream('SELECT * FROM read_parquet(?)', [path])
    for await (const chunk of result.yieldRowObjectJs())
      for (const record of chunk) yield { where: `row ${++row}`, value: nested(plain(record) as object) }
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${String(error).split('\n', 1)[0]}`)
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.getTime()
  if (Array.isArray(value)) return value.map(plain)
  return isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) : value
}

const numeric = new Set(['turn', 'latencyMs', 'plan.confidence', 'plan.margin'])

/** Cells as a body: dotted columns nest, empty cells are absent, numbers are numbers, `earlier` is a JSON array. */
function nested(cells: object): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const [column, cell] of Object.entries(cells)) {
    if (cell === '' || cell === null) continue
    const isNumber = numeric.has(column) && Number.isFinite(Number(cell))
    const content = isNumber ? Number(cell) : column === 'earlier' ? parsed(cell) : cell
    const [head = '', tail] = column.split('.')
    if (tail === undefined) value[head] = content
    else value[head] = { ...(value[head] as object | undefined), [tail]: content }
  }
  return value
}
