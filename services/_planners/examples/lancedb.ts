import { type Connection, connect, Index, makeArrowTable, type Table } from '@lancedb/lancedb'
import { Fault } from '#runtime/core/faults.ts'
import type { IndexedVector, VectorIndex } from './vector-index.ts'

const dimensions = 384
/** Below this many rows an exact search is fast enough; above, rows are clustered and the nearest clusters searched. */
const exactBelow = 50_000
const clustersSearched = 32
/** Fetched beyond the limit, since leaving out a family afterwards is much cheaper than a filter: families are small. */
const extraRows = 32
/** Tables that stay open. */
const maxOpenTables = 64

export type LanceOptions = { readonly exactBelow?: number }

/** Indexes as LanceDB tables, in a folder or in an object store (`s3://`). */
export function openLanceIndex(uri: string, options: LanceOptions = {}): VectorIndex {
  const threshold = options.exactBelow ?? exactBelow
  const tables = new Map<string, Promise<Table>>()
  let connected: Promise<Connection> | undefined

  const connection = (): Promise<Connection> => {
    connected ??= connect(uri).catch(error => {
      connected = undefined
      throw unreachable(uri, error)
    })
    return connected
  }

  /** One table object per name; what fails is forgotten, so that it can be tried again. */
  const cachedTable = (name: string, make: () => Promise<Table>): Promise<Table> => {
    const known = tables.get(name)
    if (known) return known
    const made = make()
    made.catch(() => tables.delete(name))
    tables.set(name, made)
    const [oldest] = tables.keys()
    if (tables.size > maxOpenTables && oldest !== undefined) tables.delete(oldest)
    return made
  }

  const openTable = (name: string): Promise<Table> =>
    cachedTable(name, async () => {
      const db = await connection()
      return db.openTable(name).catch(error => {
        throw isMissing(error)
          ? new Fault('FLY_OBJECT', `there is no vector index ${name}`, { name }, error)
          : unreachable(uri, error)
      })
    })

  return {
    async build(name, rows) {
      const table = await openTable(name).catch(error => {
        if (!(error instanceof Fault) || error.code !== 'FLY_OBJECT') throw error
        return cachedTable(name, async () => createTable(await connection(), name, rows))
      })
      if (rows.length >= threshold) await createClusterIndex(table)
    },
    async search(name, vector, limit, exceptFamily) {
      requireDimensions(vector)
      return nearest(await openTable(name), vector, limit, exceptFamily)
    },
    async close() {
      tables.clear()
      const db = await connected?.catch(() => undefined)
      connected = undefined
      db?.close()
    },
  }
}

/**
 * A table appears with its one commit, which holds all rows; what a crash leaves before that is no table to anyone and is
 * written over. Another process that builds the same name writes the same rows.
 */
async function createTable(db: Connection, name: string, rows: readonly IndexedVector[]): Promise<Table> {
  for (const { vector } of rows) requireDimensions(vector)
  const data = rows.map(({ id, family, vector }) => ({ id, family, vector }))
  const create = (mode: 'create' | 'overwrite'): Promise<Table> =>
    data.length > 0 ? db.createTable(name, data, { mode }) : db.createEmptyTable(name, emptySchema(), { mode })
  try {
    return await create('create').catch(() => db.openTable(name))
  } catch {
    return await create('overwrite').catch(error => {
      throw new Fault('FLY_STORE', `the vector index ${name} cannot be built: ${String(error)}`, { name }, error)
    })
  }
}

const emptySchema = () => makeArrowTable([{ id: '', family: '', vector: new Float32Array(dimensions) }]).schema

/** Without it a search is slower but right, so that a crash before it does no harm. */
async function createClusterIndex(table: Table): Promise<void> {
  if ((await table.listIndices()).length > 0) return
  await table.createIndex('vector', { config: Index.ivfFlat({ distanceType: 'cosine' }) })
}

type SearchRow = { readonly id: string; readonly family: string; readonly _distance: number }

async function nearest(
  table: Table,
  vector: Float32Array,
  limit: number,
  exceptFamily: string | undefined,
): Promise<readonly string[]> {
  const search = async (count: number, filter?: string): Promise<readonly SearchRow[]> => {
    const query = table
      .vectorSearch(vector)
      .distanceType('cosine')
      .nprobes(clustersSearched)
      .select(['id', 'family', '_distance'])
      .limit(count)
    const rows: SearchRow[] = await (filter === undefined ? query : query.where(filter)).toArray()
    // Equal distances come in any order: the id decides, so that a replay finds the same.
    return rows.toSorted((a, b) => a._distance - b._distance || (a.id < b.id ? -1 : 1))
  }
  try {
    if (exceptFamily === undefined) return (await search(limit)).map(({ id }) => id)
    const found = await search(limit + extraRows)
    const allowed = found.filter(({ family }) => family !== exceptFamily)
    const enough = allowed.length >= limit || found.length < limit + extraRows
    const rows = enough ? allowed : await search(limit, `family != '${exceptFamily.replaceAll("'", "''")}'`)
    return rows.slice(0, limit).map(({ id }) => id)
  } catch (error) {
    throw new Fault('FLY_STORE', `the vector index cannot be searched: ${String(error)}`, {}, error)
  }
}

function requireDimensions({ length }: Float32Array): void {
  if (length !== dimensions) throw new Fault('FLY_BUG', `a vector has ${length} dimensions, not ${dimensions}`)
}

const isMissing = (error: unknown): boolean => error instanceof Error && /not found/i.test(error.message)

const unreachable = (uri: string, error: unknown): Fault =>
  new Fault('FLY_STORE', `the vector index at ${uri} cannot be reached: ${String(error)}`, { uri }, error)
