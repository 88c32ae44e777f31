import type { IndexedVector, VectorIndex } from '#planners/examples/vector-index.ts'

/** Indexes in memory, searched exactly. */
export function exactSearch(indexes: Map<string, readonly IndexedVector[]> = new Map()): VectorIndex {
  return {
    build: async (name, rows) => void indexes.set(name, rows),
    search: async (name, vector, limit, exceptFamily) =>
      (indexes.get(name) ?? [])
        .filter(({ family }) => family !== exceptFamily)
        .map(row => ({ id: row.id, cosine: row.vector.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0) }))
        .sort((a, b) => b.cosine - a.cosine || (a.id < b.id ? -1 : 1))
        .slice(0, limit)
        .map(({ id }) => id),
    close: async () => {},
  }
}
