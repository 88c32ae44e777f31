import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Fault } from '#runtime/core/faults.ts'
import { type Column, quoteIdentifier, timestampType } from './columns.ts'

/** Rows beyond this are kept in a file until the database is closed. */
const memoryLimit = '512MB'
/** Rows per INSERT. */
const rowsPerInsert = 1_000

type JsonRow = Readonly<Record<string, unknown>>

/** Opens a new database in a temporary file, which is deleted afterwards. The signal interrupts a running query. */
export async function withDuckDB(
  use: (connection: DuckDBConnection) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const folder = mkdtempSync(join(tmpdir(), 'flywheel-rows-'))
  const clear = (): void => rmSync(folder, { recursive: true, force: true })
  // The process exits at once when the reader of stdout closes the pipe.
  process.once('exit', clear)
  try {
    const options = { memory_limit: memoryLimit, errors_as_json: 'true' }
    const database = await DuckDBInstance.create(join(folder, 'rows.duckdb'), options)
    const connection = await database.connect()
    const interrupt = (): void => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    try {
      await connection.run("SET TimeZone = 'UTC'")
      await use(connection)
    } finally {
      signal.removeEventListener('abort', interrupt)
      connection.closeSync()
      database.closeSync()
    }
  } finally {
    process.off('exit', clear)
    clear()
  }
}

/** From here on queries of this database cannot access files or hosts, and cannot change that. */
export async function disableExternalAccess(connection: DuckDBConnection): Promise<void> {
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
}

/** SQL for the rows of the JSON array in `?`, with the types of the columns. */
export function selectJsonRows(columns: readonly Column[]): string {
  const times = columns.filter(({ type }) => type === timestampType).map(({ name }) => quoteIdentifier(name))
  const fields = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type === timestampType ? 'BIGINT' : type}`)
  // Row by row: casting the array as a whole takes DuckDB seven times as long.
  const typed = `SELECT unnest(CAST(row AS STRUCT(${fields.join(', ')}))) FROM (SELECT unnest(CAST(?::JSON AS JSON[])) AS row)`
  const replaced = times.map(name => `make_timestamptz(${name} * 1000) AS ${name}`)
  return `SELECT * ${replaced.length > 0 ? `REPLACE (${replaced.join(', ')})` : ''} FROM (${typed})`
}

/** Creates a table. Returns a function that inserts rows. */
export async function createTable(
  connection: DuckDBConnection,
  name: string,
  columns: readonly Column[],
): Promise<(rows: readonly JsonRow[]) => Promise<void>> {
  const types = columns.map(column => `${quoteIdentifier(column.name)} ${column.type}`)
  await connection.run(`CREATE TABLE ${quoteIdentifier(name)} (${types.join(', ')})`)
  const insert = await connection.prepare(`INSERT INTO ${quoteIdentifier(name)} ${selectJsonRows(columns)}`)
  return async rows => {
    for (let from = 0; from < rows.length; from += rowsPerInsert) {
      insert.bindVarchar(1, JSON.stringify(rows.slice(from, from + rowsPerInsert)))
      await insert.run()
    }
  }
}

/**
 * DuckDB's error about a query as one line of FLY_USAGE; for an unknown column with the names of the known ones. Other errors
 * are returned unchanged.
 */
export function sqlFault(error: unknown, columns: readonly Column[]): unknown {
  const [, text] = /(\{"exception_type".*\})$/s.exec(error instanceof Error ? error.message : '') ?? []
  if (text === undefined) return error
  const { exception_message: message, error_subtype: kind, name } = JSON.parse(text) as Record<string, string>
  const known = columns.map(column => column.name).join(', ')
  if (kind === 'COLUMN_NOT_FOUND') return new Fault('FLY_USAGE', `there is no field ${name}; there are ${known}`)
  return new Fault('FLY_USAGE', message?.split('\n', 1)[0] ?? 'DuckDB refuses the query')
}
