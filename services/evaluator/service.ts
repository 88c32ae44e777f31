import { getJson } from '#runtime/objects/object-store.ts'
import type { Service } from '#runtime/service.ts'
import type { EvaluationSet } from '#schemas/objects.ts'
import { decide } from './decide.ts'
import { type PairedRun, runPaired } from './paired-run.ts'

export const evaluator: Service<'evaluator', PairedRun> = {
  name: 'evaluator',
  version: 'evaluator/v1',
  async gather({ event }, { models, objects }, signal) {
    const { rows } = await getJson<EvaluationSet>(objects, event.evaluation)
    return runPaired(models, event, rows, signal)
  },
  decide,
}
