import { readDataset } from '#planners/dataset.ts'
import type { VectorIndex } from '#planners/examples/vector-index.ts'
import type { LinearManifest } from '#planners/linear/model/manifest.ts'
import type { Proof, prove } from '#planners/linear/proof/prove.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import { getJson, type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import type { Service } from '#runtime/service.ts'
import type { DatasetRow, ExampleSet } from '#schemas/objects.ts'
import { decide, type Facts } from './decide.ts'

const proofModule = new URL('../_planners/linear/proof/prove.ts', import.meta.url)

type Ports = {
  readonly clock: Clock
  readonly objects: ObjectStore
  readonly vectors: Pick<VectorIndex, 'build'>
  readonly workerPool: Pick<WorkerPool, 'run'>
}

export const trajectory: Service<'trajectory', Facts, Ports> = {
  name: 'trajectory',
  version: 'trajectory/v1',
  async gather({ event }, ports, signal) {
    if (event.outcome !== 'requested' || event.rung !== 'trajectory') return undefined
    const { objects, workerPool, clock } = ports
    const started = clock.now()
    const [{ rows }, baseline] = await Promise.all([
      readDataset(objects, event.dataset, event.evaluation),
      getJson<LinearManifest>(objects, event.baseline),
    ])
    const gold = rows.filter(row => !row.synthetic)
    const adapter = baseline.adapter === null ? null : await objects.get(baseline.adapter)
    const proof = await workerPool.run<typeof prove>(proofModule, 'prove', [baseline, adapter, gold], signal)
    const stored = await storeCandidate(ports, baseline, gold, proof)
    const { admitted, unaided, refused } = proof
    return { ...stored, admitted: admitted.length, unaided, refused, seconds: (clock.now() - started) / 1000 }
  },
  decide,
}

/** Example set, its index and the candidate that uses it; the baseline itself where nothing was admitted. */
async function storeCandidate(
  { objects, vectors }: Ports,
  baseline: LinearManifest,
  gold: readonly DatasetRow[],
  proof: Proof,
) {
  const rows = new Map(gold.map(row => [row.id, row]))
  const set: ExampleSet = {
    format: 1,
    examples: proof.admitted.flatMap(id => {
      const row = rows.get(id)
      if (row === undefined) return []
      const { family, question, earlier, tool, argument } = row
      return [{ id, family, question, earlier, tool, argument }]
    }),
  }
  const examples = await putJson(objects, canonicalJson(set))
  const count = set.examples.length
  if (count > 0)
    await vectors.build(
      examples,
      set.examples.map(({ id, family }, at) => ({ id, family, vector: proof.vectors[at] ?? new Float32Array() })),
    )
  const manifest: LinearManifest =
    count === 0 ? baseline : { ...baseline, examples: { digest: examples, count, ...proof.use } }
  return { examples, candidate: await putJson(objects, canonicalJson(manifest)) }
}
