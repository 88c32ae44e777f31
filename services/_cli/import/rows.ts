import { extname } from 'node:path'
import { pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import { Fault } from '#runtime/core/faults.ts'
import { isObject, type JsonObject, parseExactly, parseIfJson } from '#runtime/core/json.ts'
import { splitLines } from '#runtime/core/lines.ts'
import { openText, readHead } from './text-file.ts'

/** A row of a file, with its position for people: `line 3`, `row 3`. */
export type SourceRow = { readonly where: string; readonly value: unknown }

/** A row, and how it is read. */
export type ImportRow = {
  readonly where: string
  /** As in the file; undefined where it is no value, or is made of several. */
  readonly value?: unknown
  /**
   * Its bodies for ingest, without what `openImportSource` fills in; none where no turn of the row was answered. Throws what is
   * wrong with the row.
   */
  readonly bodies: () => readonly JsonObject[]
}

/** Rows of a CSV file as bodies. The first line names the columns, so the first row is `line 2`. */
export async function* readCsvBodies(path: string): AsyncIterable<SourceRow> {
  for await (const { where, value } of readCsvRecords(path)) yield { where, value: nestColumns(value) }
}

const separators = [',', ';', '\t', '|']
/** Bytes at the beginning of a file that are looked at to see how it is written. */
const headBytes = 64 * 1024

/** What separates the cells of a CSV file: what its first line has most of, outside of quotes. */
export async function csvSeparatorOf(path: string): Promise<string> {
  const [header = ''] = (await readHead(path, headBytes)).toString().split(/[\r\n]/, 1)
  const unquoted = header.replaceAll(/"[^"]*"/g, '')
  const counts = separators.map(separator => unquoted.split(separator).length - 1)
  return separators[counts.indexOf(Math.max(...counts))] ?? ','
}

/** Rows of a CSV file, each with its cells by column. FLY_USAGE when two columns have the same name, since one would be lost. */
export async function* readCsvRecords(
  path: string,
): AsyncIterable<{ readonly where: string; readonly value: Readonly<Record<string, string>> }> {
  const delimiter = await csvSeparatorOf(path)
  const parser = parse({ columns: uniqueNames, delimiter, skip_empty_lines: true, info: true })
  try {
    // The parser throws the errors of the stages before it, too.
    for await (const { info, record } of pipeline(openText(path), decodeUtf8, parser, () => {}))
      yield { where: `line ${info.lines}`, value: record }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('FLY_USAGE', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function uniqueNames(columns: readonly string[]): string[] {
  const repeated = columns.find((name, at) => name !== '' && columns.indexOf(name) < at)
  if (repeated !== undefined) throw new Error(`two columns have the name ${repeated}: rename or remove one`)
  return [...columns]
}

/** A file in another encoding is refused; a lenient decoder would replace letters. */
const strictUtf8 = () => new TextDecoder('utf-8', { fatal: true })

async function* decodeUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = strictUtf8()
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  decoder.decode()
}

/**
 * One JSON value a line, blank lines left out. A line that is not JSON is a row without a value. A file that is one JSON value
 * is a row, or one row for each item of its array; it is held in memory.
 */
export async function* readJsonLines(path: string): AsyncIterable<SourceRow> {
  if (await isOneJsonValue(path)) yield* readJsonItems(path)
  else
    for await (const { number, bytes } of splitLines(openText(path)))
      yield { where: `line ${number}`, value: parseJson(bytes) }
}

/** Whether the first line opens a value that other lines continue. An array in one line of a .json file is one value too. */
async function isOneJsonValue(path: string): Promise<boolean> {
  const lines = (await readHead(path, headBytes))
    .toString()
    .replace(/^\ufeff/, '')
    .split('\n')
  const [first = '', ...others] = lines.map(line => line.trim()).filter(line => line !== '')
  if (!/^[[{]/.test(first)) return false
  if (/[[{,]$/.test(first)) return true
  return extname(path) === '.json' && first.startsWith('[') && !others.some(line => line.startsWith('['))
}

async function* readJsonItems(path: string): AsyncIterable<SourceRow> {
  const value = parseJson(Buffer.concat(await Array.fromAsync(openText(path))))
  if (value === undefined)
    throw new Fault(
      'FLY_USAGE',
      `${path}: begins as one JSON value over several lines and is not one, or is too large: write JSONL, a value in each line`,
    )
  // A list of messages is one conversation.
  const isList = Array.isArray(value) && !(isObject(value[0]) && typeof value[0]['role'] === 'string')
  if (isList) for (const [at, item] of value.entries()) yield { where: `item ${at + 1}`, value: item }
  else yield { where: 'file', value }
}

/** The value of JSON in UTF-8; undefined when it is not JSON. */
export function parseJson(bytes: Uint8Array | undefined): unknown {
  try {
    return parseExactly(strictUtf8().decode(bytes))
  } catch {
    return undefined
  }
}

/** Rows of a Parquet file as bodies, in their order. Numbers of 64 bits keep their digits, times are ms since 1970. */
export async function* readParquetBodies(path: string): AsyncIterable<SourceRow> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // With more threads the order of rows changes.
  const database = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await database.connect()
  let row = 0
  try {
    const result = await connection.stream('SELECT * FROM read_parquet(?)', [path])
    for await (const chunk of result.yieldRowObjectJs())
      for (const record of chunk) yield { where: `row ${++row}`, value: nestColumns(mapValues(record, toJsonValue)) }
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${String(error).split('\n', 1)[0]}`)
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

function toJsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return parseExactly(String(value))
  if (value instanceof Date) return value.getTime()
  if (Array.isArray(value)) return value.map(toJsonValue)
  return isObject(value) ? mapValues(value, toJsonValue) : value
}

const mapValues = (value: JsonObject, map: (inner: unknown) => unknown): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner)]))

const jsonColumns = new Set(['earlier', 'steps', 'plan.calls'])
const numericColumns = new Set(['turn', 'at', 'latencyMs', 'plan.confidence', 'plan.margin'])

/**
 * Cells as a body: dotted columns nest, numbers are numbers, lists are JSON. Empty cells are absent.
 */
function nestColumns(cells: JsonObject): JsonObject {
  const body: Record<string, unknown> = {}
  for (const [column, cell] of Object.entries(cells)) {
    if (cell === null || cell === '') continue
    const isNumber = numericColumns.has(column) && Number.isFinite(Number(cell))
    const value = isNumber ? Number(cell) : jsonColumns.has(column) ? parseIfJson(cell) : cell
    const dot = column.indexOf('.')
    if (dot < 0) body[column] = value
    else {
      const outer = body[column.slice(0, dot)]
      body[column.slice(0, dot)] = { ...(isObject(outer) && outer), [column.slice(dot + 1)]: value }
    }
  }
  return body
}
