import { canonicalJson } from '#runtime/core/identity.ts'
import { getJson, putJson } from '#runtime/objects/object-store.ts'
import type { Dataset } from '#schemas/objects.ts'
import { FEATURE_DIMENSIONS } from '#text/features.ts'
import { withCurrentTools } from '../catalogue.ts'
import { putExamples } from '../examples/example-set.ts'
import { goldStep } from '../gold-steps.ts'
import type { Trained, TrainingSpec } from '../training.ts'
import { type LinearParts, loadManifest } from './load.ts'
import { loraTrialSettings, type TunedLora, tuneLoraTask } from './lora/tune-lora.ts'
import { countParameters } from './model/adapter.ts'
import { encodeAdapter } from './model/adapter-file.ts'
import { exampleVectorsTask } from './model/example-vectors.ts'
import type { ExampleUse, LinearManifest, RetrievalSettings } from './model/manifest.ts'
import { type LinearRow, toExample, toLinearRows } from './rows.ts'

/** A variant counts less than a gold row: no user wrote its words. */
const SYNTHETIC_WEIGHT = 0.5

/**
 * The LoRA rung of the linear kind: trains an adapter afresh, in a worker thread, on the rows in order of their ids, so that the
 * same spec gives the same adapter. The candidate also consults these rows as examples where that helped on validation families.
 */
export async function trainAdapter(spec: TrainingSpec, parts: LinearParts, signal: AbortSignal): Promise<Trained> {
  const { objects, workerPool } = parts
  const [baseline, dataset] = await Promise.all([
    loadManifest(objects, spec.baseline),
    getJson<Dataset>(objects, spec.dataset),
  ])
  const base = { ...baseline, tools: withCurrentTools(spec.basis.tools, baseline.tools) }
  const rows = toLinearRows(dataset.rows.map(goldStep)).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const weighted = rows.map(row => ({ ...row, weight: row.synthetic ? SYNTHETIC_WEIGHT : 1 }))
  const settings = loraTrialSettings(rows.length, spec.seed)
  const tuned = await workerPool.run(tuneLoraTask, [base.tools, weighted, settings], signal)
  const lora = tuned.outcome === 'tuned' ? tuned : unchangedLora(base)
  const adapter = await objects.put(encodeAdapter(lora.adapter))
  const examples = await storeExamples(base, lora.retrieval, rows, parts, signal)
  const candidate: LinearManifest = { ...base, scale: lora.scale, adapter, examples }
  const { trainable, total } = countParameters(lora.adapter)
  return {
    ...(tuned.outcome === 'tuned' ? { outcome: 'tuned' } : tuned),
    candidate: await putJson(objects, canonicalJson(candidate)),
    adapter,
    rank: lora.adapter.rank,
    trainableParameters: trainable,
    totalParameters: total,
    validationAccuracy: lora.validationAccuracy,
    trials: lora.trials.length,
    lane: 'embedded',
  }
}

type Lora = Pick<TunedLora, 'adapter' | 'scale' | 'validationAccuracy' | 'retrieval' | 'trials'>

/** An adapter that changes nothing: B is zero. */
function unchangedLora({ tools, scale }: LinearManifest): Lora {
  const rank = 8
  const a = new Float32Array(FEATURE_DIMENSIONS * rank)
  const b = new Float32Array(tools.length * rank)
  const adapter = { rank, alpha: rank, tools: tools.map(({ name }) => name), a, b }
  return { adapter, scale, validationAccuracy: 0, retrieval: { neighbours: 0, weight: 0 }, trials: [] }
}

/** The training rows as the examples that the candidate consults; null where they have no weight. */
async function storeExamples(
  { tools }: LinearManifest,
  retrieval: RetrievalSettings,
  rows: readonly LinearRow[],
  parts: LinearParts,
  signal: AbortSignal,
): Promise<ExampleUse | null> {
  if (retrieval.weight === 0) return null
  const names = new Set(tools.map(({ name }) => name))
  const examples = rows.filter(({ tool }) => names.has(tool)).map(toExample)
  const vectors = await parts.workerPool.run(exampleVectorsTask, [examples], signal)
  return { digest: await putExamples(examples, vectors, parts), count: examples.length, ...retrieval }
}
