/** One example in an index. `vector` has EMBEDDING_DIMENSIONS of `_text/vectors.ts` and unit length. */
export type IndexedVector = { readonly id: string; readonly family: string; readonly vector: Float32Array }

/** Nearest-neighbour search over immutable indexes named by the digest of their content. */
export interface VectorIndex {
  /** Builds the index. Building the same name again changes nothing, also after a crash in the middle. */
  build(name: string, rows: readonly IndexedVector[]): Promise<void>
  /** Ids of the nearest rows by cosine, nearest first, never of family `exceptFamily`. FLY_OBJECT when there is no such index. */
  search(name: string, vector: Float32Array, limit: number, exceptFamily?: string): Promise<readonly string[]>
  close(): Promise<void>
}
