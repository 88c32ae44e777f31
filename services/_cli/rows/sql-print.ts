import type { DuckDBResult } from '@duckdb/node-api'
import { escapeControls, printLines, tableLines, writeStdout } from '../output.ts'

/** Limits of a printed table. */
const maxRows = 1_000
const maxCellCharacters = 60

type JsonRow = Readonly<Record<string, JsonValue>>
type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** Prints an answer as JSON, one object per row. */
export async function printJson(result: DuckDBResult): Promise<void> {
  for await (const rows of jsonRows(result)) await writeStdout(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
}

/** Prints an answer as a table: numbers aligned to the right, nested values as JSON, control characters escaped. */
export async function printTable(result: DuckDBResult): Promise<void> {
  const rows: JsonRow[] = []
  for await (const batch of jsonRows(result)) {
    rows.push(...batch)
    if (rows.length > maxRows) break
  }
  const names = result.deduplicatedColumnNames()
  const shown = rows.slice(0, maxRows).map(row => names.map(name => row[name] ?? null))
  const numeric = new Set(names.keys().filter(column => shown.some(values => typeof values[column] === 'number')))
  const cells = shown.map(row => row.map(cellText))
  const more = rows.length > maxRows ? [`and more: these are the first ${maxRows}; --json prints all`] : []
  printLines([...tableLines(names.map(escapeControls), cells, numeric), ...more])
}

/**
 * The rows of an answer with JSON values. Times are ISO 8601 (UTC), integers beyond 2^53 are text, bytes are base64, maps are
 * objects.
 */
async function* jsonRows(result: DuckDBResult): AsyncGenerator<readonly JsonRow[]> {
  const names = result.deduplicatedColumnNames()
  const isJson = names.map((_name, column) => result.columnType(column).alias === 'JSON')
  for await (const rows of result.yieldRowsJs())
    yield rows.map(row =>
      Object.fromEntries(
        names.map((name, column) => {
          const value = row[column]
          return [name, isJson[column] && typeof value === 'string' ? JSON.parse(value) : toJsonValue(value)]
        }),
      ),
    )
}

function toJsonValue(value: unknown): JsonValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toJsonValue)
  return Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, toJsonValue(inner)]))
}

function cellText(value: JsonValue): string {
  const text = escapeControls(typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))
  return text.length > maxCellCharacters ? `${text.slice(0, maxCellCharacters - 1)}…` : text
}
