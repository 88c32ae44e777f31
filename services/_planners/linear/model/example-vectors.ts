import { workerTask } from '#runtime/core/worker-task.ts'
import { featurize } from '#text/features.ts'
import { denseProjection } from '#text/vectors.ts'
import type { GoldenExample } from './example-index.ts'

/** The vectors of examples for a vector index, in the same order. */
export function exampleVectors(examples: readonly GoldenExample[]): Float32Array[] {
  return examples.map(({ question, earlier }) => denseProjection(featurize(question, earlier)))
}

/** For a worker thread. */
export const exampleVectorsTask = workerTask(import.meta.url, exampleVectors)
