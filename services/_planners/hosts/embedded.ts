import { Fault } from '#runtime/core/faults.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { ExampleSet } from '#schemas/objects.ts'
import { featurize } from '#text/features.ts'
import { cosine, embed } from '#text/vectors.ts'
import type { VectorIndex } from '../examples/vector-index.ts'
import { decodeAdapter } from '../linear/adapter-file.ts'
import type { PlannerManifest } from '../linear/manifest.ts'
import type { Hit } from '../linear/neighbours.ts'
import { createPlanner } from '../linear/planner.ts'
import type { HostedPlanner, ModelHost } from './model-host.ts'

/** Planners kept loaded: the released one, its predecessor and candidates under evaluation. */
const keepLoaded = 8
/** Candidates fetched from the index for each neighbour wanted: the index is approximate, the exact cosine ranks them again. */
const overfetch = 5

/** Hosts embedded planners: manifest and adapter from the object store, examples from the vector index. */
export function createModelHost(objects: ObjectStore, vectors: VectorIndex): ModelHost {
  const loaded = new Map<string, Promise<HostedPlanner>>()
  return {
    load(digest) {
      const planner = loaded.get(digest) ?? open(digest, objects, vectors)
      loaded.delete(digest)
      loaded.set(digest, planner)
      planner.catch(() => loaded.delete(digest))
      for (const oldest of loaded.keys()) if (loaded.size > keepLoaded) loaded.delete(oldest)
      return planner
    },
  }
}

async function open(digest: string, objects: ObjectStore, vectors: VectorIndex): Promise<HostedPlanner> {
  const manifest = await getJson<PlannerManifest>(objects, digest)
  if (manifest.kind !== 'embedded' || manifest.format !== 1)
    throw new Fault('FLY_OBJECT', 'not a manifest of an embedded planner of format 1', { digest })
  const parts = manifest.adapter === null ? {} : { adapter: decodeAdapter(await objects.get(manifest.adapter)) }
  const retrieve = manifest.examples === null ? undefined : await retriever(manifest.examples, objects, vectors)
  const planner = createPlanner(manifest, parts)
  return {
    digest,
    async plan(question, earlier = [], family) {
      const hits = await retrieve?.(question, earlier, family)
      return planner.plan(question, earlier, hits === undefined ? {} : { hits })
    },
  }
}

type Use = NonNullable<PlannerManifest['examples']>

async function retriever({ digest, neighbours }: Use, objects: ObjectStore, vectors: VectorIndex) {
  const { examples } = await getJson<ExampleSet>(objects, digest)
  const byId = new Map(
    examples.map(({ id, tool, question, earlier }) => [id, { tool, vector: featurize(question, earlier) }]),
  )
  return async (question: string, earlier: readonly string[], family?: string): Promise<readonly Hit[]> => {
    const vector = featurize(question, earlier)
    const ids = await vectors.search(digest, embed(vector), neighbours * overfetch, family)
    return ids
      .flatMap(id => {
        const example = byId.get(id)
        return example ? [{ id, tool: example.tool, similarity: cosine(vector, example.vector) }] : []
      })
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, neighbours)
  }
}
