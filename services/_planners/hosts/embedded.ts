import { Fault } from '#runtime/core/faults.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { ExampleSet } from '#schemas/objects.ts'
import { featurize } from '#text/features.ts'
import type { Neighbour } from '#text/nearest.ts'
import { cosine, denseProjection } from '#text/vectors.ts'
import type { VectorIndex } from '../examples/vector-index.ts'
import { decodeAdapter } from '../linear/model/adapter-file.ts'
import { createLinearPlanner } from '../linear/model/linear-planner.ts'
import type { LinearManifest } from '../linear/model/manifest.ts'
import type { HostedPlanner, ModelHost } from './model-host.ts'

/** Planners kept loaded: the released one, its predecessor and candidates under evaluation. */
const maxLoaded = 8
/** Candidates fetched from the index for each neighbour wanted: the index is approximate, the exact cosine ranks them again. */
const overfetch = 5

/** Hosts embedded planners: manifest and adapter from the object store, examples from the vector index. */
export function createModelHost(objects: ObjectStore, vectors: VectorIndex): ModelHost {
  const loaded = new Map<string, Promise<HostedPlanner>>()
  return {
    load(digest) {
      const planner = loaded.get(digest) ?? loadPlanner(digest, objects, vectors)
      loaded.delete(digest)
      loaded.set(digest, planner)
      planner.catch(() => loaded.delete(digest))
      for (const oldest of loaded.keys()) if (loaded.size > maxLoaded) loaded.delete(oldest)
      return planner
    },
  }
}

async function loadPlanner(digest: string, objects: ObjectStore, vectors: VectorIndex): Promise<HostedPlanner> {
  const manifest = await getJson<LinearManifest>(objects, digest)
  if (manifest.kind !== 'embedded' || manifest.format !== 1)
    throw new Fault('FLY_OBJECT', 'not a manifest of an embedded planner of format 1', { digest })
  const parts = manifest.adapter === null ? {} : { adapter: decodeAdapter(await objects.get(manifest.adapter)) }
  const retrieve = manifest.examples === null ? undefined : await createRetriever(manifest.examples, objects, vectors)
  const planner = createLinearPlanner(manifest, parts)
  return {
    digest,
    async plan(question, earlier = [], family) {
      const hits = await retrieve?.(question, earlier, family)
      return planner.plan(question, earlier, hits === undefined ? {} : { hits })
    },
  }
}

type ExampleRetrieval = NonNullable<LinearManifest['examples']>

async function createRetriever({ digest, neighbours }: ExampleRetrieval, objects: ObjectStore, vectors: VectorIndex) {
  const { examples } = await getJson<ExampleSet>(objects, digest)
  const byId = new Map(
    examples.map(({ id, tool, question, earlier }) => [id, { tool, vector: featurize(question, earlier) }]),
  )
  return async (question: string, earlier: readonly string[], family?: string): Promise<readonly Neighbour[]> => {
    const vector = featurize(question, earlier)
    const ids = await vectors.search(digest, denseProjection(vector), neighbours * overfetch, family)
    return ids
      .flatMap(id => {
        const example = byId.get(id)
        return example ? [{ id, tool: example.tool, similarity: cosine(vector, example.vector) }] : []
      })
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, neighbours)
  }
}
