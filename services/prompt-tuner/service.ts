import { readDataset } from '#planners/dataset.ts'
import { goldStep } from '#planners/gold-steps.ts'
import type { Planners } from '#planners/planner.ts'
import { requestsRung } from '#planners/tuning-request.ts'
import type { Clock } from '#runtime/core/clock.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { Agents, Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'

type Ports = {
  readonly agents: Pick<Agents, 'waitFor'>
  readonly clock: Clock
  readonly objects: Pick<ObjectStore, 'get'>
  readonly planners: Pick<Planners, 'search'>
}

export const promptTuner: Service<'prompt-tuner', Facts, Ports> = {
  name: 'prompt-tuner',
  version: 'prompt-tuner/v1',
  async gather({ event }, { agents, clock, objects, planners }, signal) {
    if (!requestsRung(event, 'prompt')) return undefined
    const started = clock.now()
    const [dataset, { agent, tools }] = await Promise.all([
      readDataset(objects, event.dataset, event.evaluation),
      agents.waitFor(event.agent),
    ])
    const rows = dataset.rows.filter(row => !row.synthetic).map(goldStep)
    const { baseline, seed } = event
    const tuning = { basis: { agent, tools }, baseline, rows, seed, budget: null }
    const { candidate, searchScore, heldScore, attempts } = await planners.search(tuning, signal)
    const seconds = (clock.now() - started) / 1000
    return { candidate, searchScore, heldScore, mutantsTried: attempts, seconds }
  },
  decide,
}
