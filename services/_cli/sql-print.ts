import type { DuckDBResult } from '@duckdb/node-api'
import { print } from './print.ts'

/** Rows of a table that are printed, and characters of a cell. */
const mostRows = 1_000
const mostCharacters = 60

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain }

/** Prints an answer as JSON, one object a row. */
export async function printJson(result: DuckDBResult): Promise<void> {
  for await (const rows of plainRows(result)) await print(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
}

/** Prints an answer as a table: numbers to the right, nested values as JSON, nothing that a terminal would obey. */
export async function printTable(result: DuckDBResult): Promise<void> {
  const rows: Readonly<Record<string, Plain>>[] = []
  for await (const some of plainRows(result)) {
    rows.push(...some)
    if (rows.length > mostRows) break
  }
  const columns = result.deduplicatedColumnNames().map(name => {
    const values = rows.slice(0, mostRows).map(row => row[name] ?? null)
    const cells = [shown(name), ...values.map(cell)]
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
  const more = rows.length > mostRows ? [`and more: these are the first ${mostRows}, --json prints all`] : []
  await print([...lines, ...more].map(line => `${line}\n`).join(''))
}

/**
 * Values as JSON has them: times in ISO 8601 (UTC), whole numbers as numbers where they are exact as such and else as text, bytes
 * as base64, maps as objects.
 */
async function* plainRows(result: DuckDBResult): AsyncGenerator<readonly Readonly<Record<string, Plain>>[]> {
  const names = result.deduplicatedColumnNames()
  const isJson = names.map((_name, column) => result.columnType(column).alias === 'JSON')
  for await (const rows of result.yieldRowsJs())
    yield rows.map(row =>
      Object.fromEntries(
        names.map((name, column) => {
          const value = row[column]
          return [name, isJson[column] && typeof value === 'string' ? JSON.parse(value) : plain(value)]
        }),
      ),
    )
}

function plain(value: unknown): Plain {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, plain(inner)]))
}

function cell(value: Plain): string {
  const text = shown(typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text
}

/** Chat text cannot move the cursor, colour the terminal or turn the line around. */
const shown = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
