import type { DatasetRow } from '#schemas/objects.ts'
import type { Column } from '../rows/columns.ts'
import { createTable, withDuckDB } from '../rows/duckdb.ts'

const calls = 'STRUCT(id VARCHAR, tool VARCHAR, arguments VARCHAR)[]'

/** The fields of a row. Arguments are text as the planner wrote them, so that no digit is lost. */
const columns: readonly Column[] = [
  { name: 'id', type: 'VARCHAR' },
  { name: 'family', type: 'VARCHAR' },
  { name: 'messages', type: `STRUCT("role" VARCHAR, "text" VARCHAR, calls ${calls}, "callId" VARCHAR)[]` },
  { name: 'calls', type: calls },
  { name: 'answer', type: 'VARCHAR' },
  { name: 'synthetic', type: 'BOOLEAN' },
  { name: 'inclusionProbability', type: 'DOUBLE' },
  { name: 'logged', type: `STRUCT(calls ${calls}, planner VARCHAR, "latencyMs" DOUBLE)` },
]

/** Writes all rows with all their fields to a Parquet file. */
export async function writeParquet(path: string, rows: readonly DatasetRow[], signal: AbortSignal): Promise<void> {
  await withDuckDB(async connection => {
    const insert = await createTable(connection, 'rows', columns)
    await insert(rows.map(row => ({ ...row, answer: row.answer ?? null, logged: row.logged ?? null })))
    await connection.run(`COPY rows TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`)
  }, signal)
}
