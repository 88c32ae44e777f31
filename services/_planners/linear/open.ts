import { FEATURE_DIMENSIONS } from '#text/features.ts'
import { createInProcessLane } from '../lanes/in-process.ts'
import type { Parameters, Planners } from '../planner.ts'
import { hostLinear } from './host.ts'
import { type LinearParts, loadAdapter, loadManifest } from './load.ts'
import { countParameters } from './model/adapter.ts'
import { proveExamples } from './prove.ts'
import { searchDescriptions } from './search.ts'
import { trainAdapter } from './train.ts'

/** The half of the linear kind that reads objects: for manifests of this kind only. */
export function openLinear(parts: LinearParts): Planners {
  return {
    host: digest => hostLinear(digest, parts),
    search: (tuning, signal) => searchDescriptions(tuning, parts, signal),
    prove: (tuning, signal) => proveExamples(tuning, parts, signal),
    train: createInProcessLane((spec, signal) => trainAdapter(spec, parts, signal)),
    parametersOf: digest => parametersOf(digest, parts),
  }
}

async function parametersOf(digest: string, { objects }: LinearParts): Promise<Parameters> {
  const manifest = await loadManifest(objects, digest)
  const lora = await loadAdapter(objects, manifest)
  if (lora === null)
    return { total: FEATURE_DIMENSIONS * manifest.tools.length, trainable: 0, adapter: null, rank: null }
  return { ...countParameters(lora), adapter: manifest.adapter, rank: lora.rank }
}
