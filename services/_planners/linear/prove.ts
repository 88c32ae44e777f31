import { requiredValue } from '#runtime/core/checked.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { putJson } from '#runtime/objects/object-store.ts'
import { putExamples } from '../examples/example-set.ts'
import type { Proven, Tuning } from '../tuning.ts'
import { type LinearParts, loadManifest } from './load.ts'
import type { LinearManifest } from './model/manifest.ts'
import { proveTask } from './proof/prove.ts'
import { toExample, toLinearRows } from './rows.ts'

/**
 * The trajectory rung of the linear kind: proves gold rows as examples, in a worker thread, and stores those admitted with their
 * index. The candidate is the baseline that consults them; the baseline itself where none was admitted.
 */
export async function proveExamples(
  { baseline, rows }: Tuning,
  stores: LinearParts,
  signal: AbortSignal,
): Promise<Proven> {
  const { objects, workerPool } = stores
  const manifest = await loadManifest(objects, baseline)
  const adapter = manifest.adapter === null ? null : await objects.get(manifest.adapter)
  const gold = toLinearRows(rows)
  const proof = await workerPool.run(proveTask, [manifest, adapter, gold], signal)
  const { admitted, vectors, retrieval, unaided, refused } = proof
  const byId = new Map(gold.map(row => [row.id, row]))
  const examples = admitted.map(id => toExample(requiredValue(byId, id)))
  const digest = await putExamples(examples, vectors, stores)
  const candidate: LinearManifest =
    examples.length === 0 ? manifest : { ...manifest, examples: { digest, count: examples.length, ...retrieval } }
  return {
    outcome: 'tuned',
    candidate: await putJson(objects, canonicalJson(candidate)),
    examples: digest,
    admitted: examples.length,
    refused,
    unaided,
    usage: null,
  }
}
