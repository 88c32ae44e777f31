import { requiredValue } from '#runtime/core/checked.ts'
import { featurize } from '#text/features.ts'
import type { Neighbour } from '#text/nearest.ts'
import { cosine, denseProjection } from '#text/vectors.ts'
import { type ExampleStores, openExamples } from '../examples/example-set.ts'
import { planBatch } from '../hosts/plan-batch.ts'
import type { Planned, PlanRequest } from '../plan.ts'
import type { HostedPlanner } from '../planner.ts'
import { loadAdapter, loadManifest } from './load.ts'
import { createLinearPlanner, type LinearPlan } from './model/linear-planner.ts'
import type { ExampleUse } from './model/manifest.ts'
import { questionOf } from './rows.ts'

/** Candidates fetched for each neighbour wanted: the index is approximate, so the exact cosine ranks them again. */
const OVERFETCH = 5

/** Loads a linear planner: manifest and adapter from the object store, examples from the vector index. */
export async function hostLinear(digest: string, stores: ExampleStores): Promise<HostedPlanner> {
  const manifest = await loadManifest(stores.objects, digest)
  const planner = createLinearPlanner(manifest, await loadAdapter(stores.objects, manifest))
  const retrieve = manifest.examples === null ? undefined : await createRetriever(manifest.examples, stores)

  async function plan({ input, exceptFamily }: PlanRequest, signal: AbortSignal): Promise<Planned> {
    signal.throwIfAborted()
    const started = performance.now()
    const { question, earlier } = questionOf(input)
    const neighbours = await retrieve?.(question, earlier, exceptFamily)
    const plan = toPlan(planner.plan(question, earlier, neighbours))
    return { plan, model: null, usage: null, firstTokenMs: null, latencyMs: performance.now() - started }
  }

  return {
    digest,
    plan,
    batch: (requests, options, signal) => planBatch(plan, requests, options, signal),
    close: async () => {},
  }
}

function toPlan({ tool, argument, confidence, margin, ranking, exampleIds }: LinearPlan): Planned['plan'] {
  return { calls: [{ id: null, tool, arguments: argument }], text: null, confidence, margin, ranking, exampleIds }
}

async function createRetriever({ digest, neighbours }: ExampleUse, stores: ExampleStores) {
  const { all, nearest } = await openExamples(digest, stores)
  const vectors = new Map(all.map(example => [example, featurize(example.question, example.earlier)]))
  return async (question: string, earlier: readonly string[], exceptFamily?: string): Promise<readonly Neighbour[]> => {
    const vector = featurize(question, earlier)
    const found = await nearest(denseProjection(vector), neighbours * OVERFETCH, exceptFamily)
    return found
      .map(example => ({
        id: example.id,
        tool: example.tool,
        similarity: cosine(vector, requiredValue(vectors, example)),
      }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, neighbours)
  }
}
