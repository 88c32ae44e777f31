import { at, requiredValue } from '#runtime/core/checked.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { getJson, type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import type { ExampleSet } from '#schemas/objects.ts'
import type { VectorIndex } from './vector-index.ts'

export type Example = ExampleSet['examples'][number]

export type ExampleStores = { readonly objects: ObjectStore; readonly vectors: VectorIndex }

/**
 * Stores examples as an example set and builds the index of its name, which is the digest of the set. `vectors` are those of the
 * examples, in their order. An empty set has no index.
 */
export async function putExamples(
  examples: readonly Example[],
  vectors: readonly Float32Array[],
  stores: ExampleStores,
): Promise<string> {
  const set: ExampleSet = { format: 1, examples }
  const digest = await putJson(stores.objects, canonicalJson(set))
  const rows = examples.map(({ id, family }, row) => ({ id, family, vector: at(vectors, row) }))
  if (rows.length > 0) await stores.vectors.build(digest, rows)
  return digest
}

/** An example set, ready for search. */
export type Examples = {
  readonly all: readonly Example[]
  /** The nearest to a vector by the index, which may be approximate, nearest first; none of family `exceptFamily`. */
  readonly nearest: (vector: Float32Array, count: number, exceptFamily?: string) => Promise<readonly Example[]>
}

/** FLY_OBJECT when there is no such example set. */
export async function openExamples(digest: string, { objects, vectors }: ExampleStores): Promise<Examples> {
  const { examples: all } = await getJson<ExampleSet>(objects, digest)
  const byId = new Map(all.map(example => [example.id, example]))
  return {
    all,
    nearest: async (vector, count, exceptFamily) =>
      (await vectors.search(digest, vector, count, exceptFamily)).map(id => requiredValue(byId, id)),
  }
}
