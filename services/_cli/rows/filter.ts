import type { ReadableRecord } from '#runtime/codec/readable-record.ts'
import { columnsOf, rowOf } from './columns.ts'
import { disableExternalAccess, selectJsonRows, sqlFault, withDuckDB } from './duckdb.ts'

export type RecordFilter = (records: readonly ReadableRecord[]) => Promise<readonly ReadableRecord[]>

/**
 * Lets through the records of a topic for which a condition is true: what may stand behind WHERE in `flywheel sql`, so that
 * there is one language to learn, and none of our own. A record that holds no event matches nothing. FLY_USAGE when the
 * condition is none, naming the fields there are.
 */
export async function withSqlFilter(
  topic: string,
  condition: string,
  use: (filter: RecordFilter) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const columns = columnsOf(topic)
  await withDuckDB(async connection => {
    await disableExternalAccess(connection)
    const rows = selectJsonRows([...columns, { name: '_index', type: 'INTEGER' }])
    // On a line of its own: a comment at the end of the condition must not swallow the bracket.
    const query = await connection.prepare(`SELECT _index FROM (${rows}) WHERE (${condition}\n)`).catch(error => {
      throw sqlFault(error, columns)
    })
    await use(async records => {
      const found = records.flatMap((record, _index) => {
        const row = rowOf(columns, record)
        return row === undefined ? [] : [{ ...row, _index }]
      })
      query.bindVarchar(1, JSON.stringify(found))
      const answer = await query.runAndReadAll().catch(error => {
        throw sqlFault(error, columns)
      })
      const kept = new Set(answer.getRowsJS().map(([index]) => index))
      return records.filter((_record, index) => kept.has(index))
    })
  }, signal)
}
