import type { DuckDBConnection } from '@duckdb/node-api'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { needAll, type Records, withRecords } from './read-records.ts'
import { columnsOf, rowsOf } from './rows.ts'
import { createTable, lock, refusal, withDuckDB } from './rows-duckdb.ts'
import { printJson, printTable } from './sql-print.ts'

type Options = { readonly json: boolean }

/**
 * Answers one SELECT over topics: each topic that it names is a table of what the topic holds at the call. FLY_USAGE for
 * anything else: another statement, a topic or field that does not exist, a file or a host.
 */
export async function sql(query: string, { json }: Options, settings: Settings, signal: AbortSignal): Promise<void> {
  await withDuckDB(async connection => {
    const topics = await topicsIn(connection, query)
    await withRecords(settings, signal, async records => {
      for (const topic of topics) await records.need(topic)
      for (const topic of topics) await fill(connection, topic, records)
    })
    needAll(signal)
    await lock(connection)
    const columns = topics.flatMap(columnsOf)
    try {
      const result = await connection.stream(query)
      await (json ? printJson(result) : printTable(result))
    } catch (error) {
      needAll(signal)
      throw refusal(error, columns)
    }
  }, signal)
}

/** The tables that a query names, as DuckDB itself understands it. FLY_USAGE when it is not one SELECT. */
async function topicsIn(connection: DuckDBConnection, query: string): Promise<readonly string[]> {
  const answer = await connection.runAndReadAll('SELECT json_serialize_sql(?::VARCHAR)', [query])
  const { error, error_message, statements } = JSON.parse(String(answer.getRowsJS()[0]?.[0]))
  if (error) throw new Fault('FLY_USAGE', `${error_message}${hint}`)
  if (statements.length !== 1) throw new Fault('FLY_USAGE', `give one query, not ${statements.length}`)
  return connection.getTableNames(query, false)
}

const hint = '; the name of a topic stands in double quotes: select count(*) from "TOPIC"'

async function fill(connection: DuckDBConnection, topic: string, records: Records): Promise<void> {
  const columns = columnsOf(topic)
  const add = await createTable(connection, topic, columns)
  let without = 0
  await records.read(topic, { from: 'beginning', follow: false }, async some => {
    const rows = rowsOf(columns, some)
    without += some.length - rows.length
    await add(rows)
  })
  if (without > 0) process.stderr.write(`${topic}: ${without} records hold no event and are no rows; tail shows them\n`)
}
