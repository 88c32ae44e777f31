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
  readonly planners: Pick<Planners, 'prove'>
}

export const trajectory: Service<'trajectory', Facts, Ports> = {
  name: 'trajectory',
  version: 'trajectory/v1',
  async gather({ event }, { agents, clock, objects, planners }, signal) {
    if (!requestsRung(event, 'trajectory')) return undefined
    const started = clock.now()
    const [dataset, { agent, tools }] = await Promise.all([
      readDataset(objects, event.dataset, event.evaluation),
      agents.waitFor(event.agent),
    ])
    const rows = dataset.rows.filter(row => !row.synthetic).map(goldStep)
    const { baseline, seed } = event
    const tuning = { basis: { agent, tools }, baseline, rows, seed, budget: null }
    const { candidate, examples, admitted, unaided, refused } = await planners.prove(tuning, signal)
    const seconds = (clock.now() - started) / 1000
    return { candidate, examples, admitted, unaided, refused, seconds }
  },
  decide,
}
