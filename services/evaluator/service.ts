import type { Planners } from '#planners/planner.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Service } from '#runtime/service.ts'
import type { EvaluationSet } from '#schemas/objects.ts'
import { decide } from './decide.ts'
import { type PairedRun, runPaired } from './paired-run.ts'

type Ports = { readonly objects: Pick<ObjectStore, 'get'>; readonly planners: Pick<Planners, 'host'> }

export const evaluator: Service<'evaluator', PairedRun, Ports> = {
  name: 'evaluator',
  version: 'evaluator/v1',
  async gather({ event }, { objects, planners }, signal) {
    const { rows } = await getJson<EvaluationSet>(objects, event.evaluation)
    return runPaired(planners, event, rows, signal)
  },
  decide,
}
