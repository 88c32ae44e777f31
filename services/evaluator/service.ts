import type { ModelHost } from '#planners/hosts/model-host.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Service } from '#runtime/service.ts'
import type { EvaluationSet } from '#schemas/objects.ts'
import { decide } from './decide.ts'
import { type PairedRun, runPaired } from './paired-run.ts'

type Ports = { readonly models: ModelHost; readonly objects: Pick<ObjectStore, 'get'> }

export const evaluator: Service<'evaluator', PairedRun, Ports> = {
  name: 'evaluator',
  version: 'evaluator/v1',
  async gather({ event }, { models, objects }, signal) {
    const { rows } = await getJson<EvaluationSet>(objects, event.evaluation)
    return runPaired(models, event, rows, signal)
  },
  decide,
}
