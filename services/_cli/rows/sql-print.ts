import type { DuckDBResult } from '@duckdb/node-api'
import { writeStdout } from '../output.ts'

/** Rows of a table that are printed, and characters of a cell. */
const maxRows = 1_000
const maxCellCharacters = 60

type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** Prints an answer as JSON, one object a row. */
export async function printJson(result: DuckDBResult): Promise<void> {
  for await (const rows of jsonRows(result)) await writeStdout(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
}

/** Prints an answer as a table: numbers to the right, nested values as JSON, nothing that a terminal would obey. */
export async function printTable(result: DuckDBResult): Promise<void> {
  const rows: Readonly<Record<string, JsonValue>>[] = []
  for await (const some of jsonRows(result)) {
    rows.push(...some)
    if (rows.length > maxRows) break
  }
  const columns = result.deduplicatedColumnNames().map(name => {
    const values = rows.slice(0, maxRows).map(row => row[name] ?? null)
    const cells = [escapeControls(name), ...values.map(cellText)]
    const width = Math.max(...cells.map(({ length }) => length))
    const pad = values.some(value => typeof value === 'number') ? 'padStart' : 'padEnd'
    return [cells[0] ?? '', '-'.repeat(width), ...cells.slice(1)].map(text => text[pad](width))
  })
  const lines =
    columns[0]?.map((_cell, line) =>
      columns
        .map(column => column[line])
        .join('  ')
        .trimEnd(),
    ) ?? []
  const more = rows.length > maxRows ? [`and more: these are the first ${maxRows}, --json prints all`] : []
  await writeStdout([...lines, ...more].map(line => `${line}\n`).join(''))
}

/**
 * Values as JSON has them: times in ISO 8601 (UTC), whole numbers as numbers where they are exact as such and else as text, bytes
 * as base64, maps as objects.
 */
async function* jsonRows(result: DuckDBResult): AsyncGenerator<readonly Readonly<Record<string, JsonValue>>[]> {
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

/** Chat text cannot move the cursor, colour the terminal or turn the line around. */
const escapeControls = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
