import type { ReadableRecord } from '#runtime/codec/readable-record.ts'
import { columnsOf, rowOf } from './columns.ts'
import { disableExternalAccess, selectJsonRows, sqlFault, withDuckDB } from './duckdb.ts'

export type RecordFilter = (records: readonly ReadableRecord[]) => Promise<readonly ReadableRecord[]>

/**
 * Filters records of a topic by an SQL condition, the part after WHERE in `flywheel sql`. A record that is no event never
 * matches. FLY_USAGE with the known fields when the condition is not valid.
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
    // The line break ends a comment at the end of the condition, which would hide the bracket.
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
