import { join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
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

type PlannerDependencies = {
  readonly settings: Pick<Settings, 'home'>
  readonly objects: ObjectStore
  readonly workerPool: WorkerPool
  /** Registers what is to be closed at the end. */
  readonly onClose: (close: () => Promise<void>) => void
}

/** Planners of this process, with their example index in the data folder. */
export function openPlanners({ settings, objects, workerPool, onClose }: PlannerDependencies): PlannerPorts {
  const vectors = openLanceIndex(join(settings.home, 'vectors'))
  onClose(() => vectors.close())
  return {
    vectors,
    models: createModelHost(objects, vectors),
    trainer: createEmbeddedTrainer({ objects, vectors, workerPool }),
  }
}
