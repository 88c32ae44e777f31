import { canonicalJson } from '#runtime/core/identity.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import { type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import type { ExampleSet } from '#schemas/objects.ts'
import { FEATURE_DIMENSIONS, featurize } from '#text/features.ts'
import { denseProjection } from '#text/vectors.ts'
import type { VectorIndex } from '../examples/vector-index.ts'
import { loraTrialSettings, type TunedLora, type tuneLora } from '../linear/lora/tune-lora.ts'
import { encodeAdapter } from '../linear/model/adapter-file.ts'
import type { ExampleUse, LinearManifest } from '../linear/model/manifest.ts'
import type { Trainer, TrainingRow } from './trainer.ts'

type TunedAdapter = Pick<
  TunedLora,
  'adapter' | 'scale' | 'trainableParameters' | 'totalParameters' | 'validationAccuracy' | 'tries'
> & { readonly blend: Pick<TunedLora['blend'], 'neighbours' | 'weight'> }

type TrainerDependencies = {
  readonly objects: ObjectStore
  readonly vectors: VectorIndex
  readonly workerPool: WorkerPool
}

const thisModule = new URL(import.meta.url)
const tuneLoraModule = new URL('../linear/lora/tune-lora.ts', import.meta.url)

/** A variant teaches less than a gold row: its words were not a customer's. */
const SYNTHETIC_WEIGHT = 0.5

/**
 * Trains in a worker thread of this process. Needs no memory of its jobs: the same rows and seed give the same adapter,
 * so a job that is run again after a crash stores what is there already. Rows are taken in order of their ids.
 */
export function createEmbeddedTrainer({ objects, vectors, workerPool }: TrainerDependencies): Trainer {
  return {
    async train({ base, rows, seed }, signal) {
      const ordered = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      const weighted = ordered.map(row => ({ ...row, weight: row.synthetic ? SYNTHETIC_WEIGHT : 1 }))
      const settings = loraTrialSettings(rows.length, seed)
      const tuned: TunedAdapter = await workerPool
        .run<typeof tuneLora>(tuneLoraModule, 'tuneLora', [base.tools, weighted, settings], signal)
        .catch(error => unchangedAdapter(base, error))
      const adapter = await objects.put(encodeAdapter(tuned.adapter))
      const manifest: LinearManifest = {
        ...base,
        scale: tuned.scale,
        adapter,
        examples: await storeExamples(base, tuned, ordered, { objects, vectors, workerPool }, signal),
      }
      return {
        candidate: await putJson(objects, canonicalJson(manifest)),
        adapter,
        rank: tuned.adapter.rank,
        trainableParameters: tuned.trainableParameters,
        totalParameters: tuned.totalParameters,
        validationAccuracy: tuned.validationAccuracy,
        tries: tuned.tries.length,
        lane: 'embedded',
      }
    },
  }
}

/** Too few families to train some and hold others is an outcome, not an error: an adapter that changes nothing. */
function unchangedAdapter({ tools, scale }: LinearManifest, error: unknown): TunedAdapter {
  if (!(error instanceof RangeError)) throw error
  const rank = 8
  const a = new Float32Array(FEATURE_DIMENSIONS * rank)
  const b = new Float32Array(tools.length * rank)
  return {
    adapter: { rank, alpha: rank, tools: tools.map(({ name }) => name), a, b },
    scale,
    trainableParameters: a.length + b.length,
    totalParameters: FEATURE_DIMENSIONS * tools.length + a.length + b.length,
    validationAccuracy: 0,
    blend: { neighbours: 0, weight: 0 },
    tries: [],
  }
}

/** Examples beside the adapter where the validation split says that they help: afresh, from the rows it was trained on. */
async function storeExamples(
  base: LinearManifest,
  { blend }: TunedAdapter,
  rows: readonly TrainingRow[],
  { objects, vectors, workerPool }: TrainerDependencies,
  signal: AbortSignal,
): Promise<ExampleUse | null> {
  if (blend.weight === 0) return null
  const tools = new Set(base.tools.map(({ name }) => name))
  const examples = rows
    .filter(({ tool }) => tools.has(tool))
    .map(({ id, family, question, earlier, tool, argument }) => ({ id, family, question, earlier, tool, argument }))
  const set: ExampleSet = { format: 1, examples }
  const embedded = await workerPool.run<typeof embedAll>(thisModule, 'embedAll', [examples], signal)
  const digest = await putJson(objects, canonicalJson(set))
  await vectors.build(
    digest,
    examples.map(({ id, family }, at) => ({ id, family, vector: embedded[at] ?? new Float32Array() })),
  )
  return { digest, count: examples.length, neighbours: blend.neighbours, weight: blend.weight }
}

/** For the worker thread. */
export function embedAll(rows: readonly Pick<TrainingRow, 'question' | 'earlier'>[]): Float32Array[] {
  return rows.map(({ question, earlier }) => denseProjection(featurize(question, earlier)))
}
