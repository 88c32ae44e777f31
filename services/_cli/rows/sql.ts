import type { DuckDBConnection } from '@duckdb/node-api'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type RecordReader, throwIfInterrupted, withRecordReader } from '../read-records.ts'
import { columnsOf, rowsOf } from './columns.ts'
import { createTable, disableExternalAccess, sqlFault, withDuckDB } from './duckdb.ts'
import { printJson, printTable } from './sql-print.ts'

type SqlOptions = { readonly json: boolean }

/**
 * Answers one SELECT over topics: each topic in it is a table of the events that the topic holds now. FLY_USAGE for other
 * statements, unknown topics and fields, and for access to files or hosts.
 */
export async function sql(query: string, { json }: SqlOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  await withDuckDB(async connection => {
    const topics = await topicsIn(connection, query)
    await withRecordReader(settings, signal, async records => {
      for (const topic of topics) await records.requireTopic(topic)
      for (const topic of topics) await loadTopic(connection, topic, records)
    })
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

/** The tables of a query, as DuckDB parses it. FLY_USAGE when it is not one SELECT. */
async function topicsIn(connection: DuckDBConnection, query: string): Promise<readonly string[]> {
  const answer = await connection.runAndReadAll('SELECT json_serialize_sql(?::VARCHAR)', [query])
  const { error, error_message, statements } = JSON.parse(String(answer.getRowsJS()[0]?.[0]))
  if (error) throw new Fault('FLY_USAGE', `${error_message}${quotingHint}`)
  if (statements.length !== 1) throw new Fault('FLY_USAGE', `give one query, not ${statements.length}`)
  return connection.getTableNames(query, false)
}

const quotingHint = '; write the name of a topic in double quotes: select count(*) from "TOPIC"'

async function loadTopic(connection: DuckDBConnection, topic: string, records: RecordReader): Promise<void> {
  const columns = columnsOf(topic)
  const add = await createTable(connection, topic, columns)
  let skipped = 0
  await records.read(topic, { from: 'beginning', follow: false }, async batch => {
    const rows = rowsOf(columns, batch)
    skipped += batch.length - rows.length
    await add(rows)
  })
  if (skipped > 0)
    process.stderr.write(`${topic}: ${skipped} records are no events and no rows; flywheel tail prints them\n`)
}
