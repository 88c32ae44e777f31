import { join } from 'node:path'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import { openLanceIndex } from './examples/lancedb.ts'
import type { VectorIndex } from './examples/vector-index.ts'
import { createModelHost } from './hosts/embedded.ts'
import type { ModelHost } from './hosts/model-host.ts'
import { createEmbeddedTrainer } from './lanes/embedded.ts'
import type { Trainer } from './lanes/trainer.ts'

export type PlannerPorts = {
  readonly vectors: VectorIndex
  readonly models: ModelHost
  readonly trainer: Trainer
}

type PlannerDependencies = Pick<Runtime, 'settings' | 'objects' | 'workerPool' | 'onClose'>

/** Planners of this process, with their example index in the data folder. Closed with the runtime. */
export function openPlanners({ settings, objects, workerPool, onClose }: PlannerDependencies): PlannerPorts {
  const vectors = openLanceIndex(join(settings.home, 'vectors'))
  onClose(() => vectors.close())
  return {
    vectors,
    models: createModelHost(objects, vectors),
    trainer: createEmbeddedTrainer({ objects, vectors, workerPool }),
  }
}
