import { Fault } from '#runtime/core/faults.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Dataset, EvaluationSet } from '#schemas/objects.ts'

/** Reads a dataset beside the evaluation set it must not touch. FLY_LEAK when a family is in both: nothing is ever tuned on it. */
export async function readDataset(
  objects: Pick<ObjectStore, 'get'>,
  dataset: string,
  evaluation: string,
): Promise<Dataset> {
  const [training, frozen] = await Promise.all([
    getJson<Dataset>(objects, dataset),
    getJson<EvaluationSet>(objects, evaluation),
  ])
  const families = new Set(frozen.rows.map(row => row.family))
  const leaked = training.rows.filter(row => families.has(row.family))
  if (leaked.length > 0)
    throw new Fault('FLY_LEAK', `${leaked.length} training rows belong to evaluation families`, {
      dataset,
      evaluation,
      families: [...new Set(leaked.map(row => row.family))].slice(0, 5),
    })
  return training
}
