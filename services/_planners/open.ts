import { join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import { openLanceIndex } from './examples/lancedb.ts'
import { shareLoaded } from './hosts/loaded-planners.ts'
import { linear } from './linear/kind.ts'
import type { LinearParts } from './linear/load.ts'
import { openLinear } from './linear/open.ts'
import type { PlannerManifest, Planners } from './planner.ts'

type PlannerDependencies = {
  readonly settings: Pick<Settings, 'home'>
  readonly objects: ObjectStore
  readonly workerPool: WorkerPool
  /** Registers what is to be closed at the end. */
  readonly onClose: (close: () => Promise<void>) => void
}

/** Planners of this process, with their example index in the data folder. */
export function openPlanners({ settings, objects, workerPool, onClose }: PlannerDependencies): Planners {
  const vectors = openLanceIndex(join(settings.home, 'vectors'))
  onClose(() => vectors.close())
  return createPlanners({ objects, vectors, workerPool })
}

/** Planners of all kinds: each call goes to the kind that the manifest names. Loaded planners are shared. */
export function createPlanners(parts: LinearParts): Planners {
  const kinds: ReadonlyMap<string, Planners> = new Map([[linear.name, openLinear(parts)]])
  const kindOf = async (digest: string): Promise<Planners> => {
    const { kind } = await getJson<PlannerManifest>(parts.objects, digest)
    const planners = kinds.get(kind)
    if (planners === undefined)
      throw new Fault('FLY_OBJECT', `${digest} is the manifest of a planner of unknown kind ${kind}`, { digest })
    return planners
  }
  // A load serves all who wait for it, so none of them aborts it.
  const neverAborted = new AbortController().signal
  const host = shareLoaded(async digest => (await kindOf(digest)).host(digest, neverAborted))
  return {
    async host(digest, signal) {
      signal.throwIfAborted()
      return host(digest)
    },
    search: async (tuning, signal) => (await kindOf(tuning.baseline)).search(tuning, signal),
    prove: async (tuning, signal) => (await kindOf(tuning.baseline)).prove(tuning, signal),
    train: {
      submit: async (job, signal) => (await kindOf(job.spec.baseline)).train.submit(job, signal),
      observe: async (job, signal) => (await kindOf(job.spec.baseline)).train.observe(job, signal),
      cancel: async job => (await kindOf(job.spec.baseline)).train.cancel(job),
    },
    parametersOf: async (digest, signal) => (await kindOf(digest)).parametersOf(digest, signal),
  }
}
