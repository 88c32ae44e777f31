import { type Connection, connect, Index, makeArrowTable, type Table } from '@lancedb/lancedb'
import { Fault } from '#runtime/core/faults.ts'
import { EMBEDDING_DIMENSIONS } from '#text/vectors.ts'
import type { IndexedVector, VectorIndex } from './vector-index.ts'

const CLUSTERS_SEARCHED = 32
/** Fetched beyond the limit: to leave out a family afterwards is much cheaper than a filter, since families are small. */
const EXTRA_ROWS = 32
/** Tables that stay open. */
const MAX_OPEN_TABLES = 64

/**
 * Indexes as LanceDB tables, in a folder or in an object store (`s3://`). `clusterFrom`: an index with at least so many rows is
 * clustered, and only the nearest clusters are searched; with fewer an exact search is fast enough.
 */
export function openLanceIndex(uri: string, { clusterFrom = 50_000 } = {}): VectorIndex {
  const tables = new Map<string, Promise<Table>>()
  let connected: Promise<Connection> | undefined

  const connection = (): Promise<Connection> => {
    connected ??= connect(uri).catch(error => {
      connected = undefined
      throw unreachable(uri, error)
    })
    return connected
  }

  /** One table object per name. A failure is forgotten, so that the next call tries again. */
  const cachedTable = (name: string, make: () => Promise<Table>): Promise<Table> => {
    const known = tables.get(name)
    if (known) return known
    const made = make()
    made.catch(() => tables.delete(name))
    tables.set(name, made)
    const [oldest] = tables.keys()
    if (tables.size > MAX_OPEN_TABLES && oldest !== undefined) tables.delete(oldest)
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
      if (rows.length >= clusterFrom) await createClusterIndex(table)
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
 * A table becomes visible by its only commit, which holds all rows. What a crash leaves before the commit is not a table and is
 * overwritten. Another process that builds the same name writes the same rows.
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

const emptySchema = () =>
  makeArrowTable([{ id: '', family: '', vector: new Float32Array(EMBEDDING_DIMENSIONS) }]).schema

/** A table without it is searched exactly, so a crash before it does no harm. */
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
      .nprobes(CLUSTERS_SEARCHED)
      .select(['id', 'family', '_distance'])
      .limit(count)
    const rows: SearchRow[] = await (filter === undefined ? query : query.where(filter)).toArray()
    // LanceDB returns equal distances in any order: sorting by id as well makes a replay find the same.
    return rows.toSorted((a, b) => a._distance - b._distance || (a.id < b.id ? -1 : 1))
  }
  try {
    if (exceptFamily === undefined) return (await search(limit)).map(({ id }) => id)
    const found = await search(limit + EXTRA_ROWS)
    const allowed = found.filter(({ family }) => family !== exceptFamily)
    const enough = allowed.length >= limit || found.length < limit + EXTRA_ROWS
    const rows = enough ? allowed : await search(limit, `family != '${exceptFamily.replaceAll("'", "''")}'`)
    return rows.slice(0, limit).map(({ id }) => id)
  } catch (error) {
    throw new Fault('FLY_STORE', `the vector index cannot be searched: ${String(error)}`, {}, error)
  }
}

function requireDimensions({ length }: Float32Array): void {
  if (length !== EMBEDDING_DIMENSIONS)
    throw new Fault('FLY_BUG', `a vector has ${length} dimensions, not ${EMBEDDING_DIMENSIONS}`)
}

const isMissing = (error: unknown): boolean => error instanceof Error && /not found/i.test(error.message)

const unreachable = (uri: string, error: unknown): Fault =>
  new Fault('FLY_STORE', `the vector index at ${uri} cannot be reached: ${String(error)}`, { uri }, error)
