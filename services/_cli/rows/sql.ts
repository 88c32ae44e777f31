import type { DuckDBConnection } from '@duckdb/node-api'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type RecordReader, throwIfInterrupted, withRecordReader } from '../read-records.ts'
import { columnsOf, rowsOf } from './columns.ts'
import { createTable, disableExternalAccess, sqlFault, withDuckDB } from './duckdb.ts'
import { printJson, printTable } from './sql-print.ts'

type SqlOptions = { readonly json: boolean }

/**
 * Answers one SELECT over topics: each topic that it names is a table of what the topic holds at the call. FLY_USAGE for
 * anything else: another statement, a topic or field that does not exist, a file or a host.
 */
export async function sql(query: string, { json }: SqlOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  await withDuckDB(async connection => {
    const topics = await topicsIn(connection, query)
    await withRecordReader(settings, signal, async records => {
      for (const topic of topics) await records.requireTopic(topic)
      for (const topic of topics) await loadTopic(connection, topic, records)
    })
    throwIfInterrupted(signal)
    await disableExternalAccess(connection)
    const columns = topics.flatMap(columnsOf)
    try {
      const result = await connection.stream(query)
      await (json ? printJson(result) : printTable(result))
    } catch (error) {
      throwIfInterrupted(signal)
      throw sqlFault(error, columns)
    }
  }, signal)
}

/** The tables that a query names, as DuckDB itself understands it. FLY_USAGE when it is not one SELECT. */
async function topicsIn(connection: DuckDBConnection, query: string): Promise<readonly string[]> {
  const answer = await connection.runAndReadAll('SELECT json_serialize_sql(?::VARCHAR)', [query])
  const { error, error_message, statements } = JSON.parse(String(answer.getRowsJS()[0]?.[0]))
  if (error) throw new Fault('FLY_USAGE', `${error_message}${quotingHint}`)
  if (statements.length !== 1) throw new Fault('FLY_USAGE', `give one query, not ${statements.length}`)
  return connection.getTableNames(query, false)
}

const quotingHint = '; the name of a topic stands in double quotes: select count(*) from "TOPIC"'

async function loadTopic(connection: DuckDBConnection, topic: string, records: RecordReader): Promise<void> {
  const columns = columnsOf(topic)
  const add = await createTable(connection, topic, columns)
  let skipped = 0
  await records.read(topic, { from: 'beginning', follow: false }, async some => {
    const rows = rowsOf(columns, some)
    skipped += some.length - rows.length
    await add(rows)
  })
  if (skipped > 0) process.stderr.write(`${topic}: ${skipped} records hold no event and are no rows; tail shows them\n`)
}
