import { readDataset } from '#planners/dataset.ts'
import type { Planners } from '#planners/planner.ts'
import { runToEnd } from '#planners/run-to-end.ts'
import { trainingJob } from '#planners/training-job.ts'
import { requestsRung } from '#planners/tuning-request.ts'
import type { Clock } from '#runtime/core/clock.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { Agents, Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'

type Ports = {
  readonly agents: Pick<Agents, 'waitFor'>
  readonly clock: Clock
  readonly objects: Pick<ObjectStore, 'get'>
  readonly planners: Pick<Planners, 'train'>
}

export const trainer: Service<'trainer', Facts, Ports> = {
  name: 'trainer',
  version: 'trainer/v1',
  async gather({ event }, { agents, clock, objects, planners }, signal) {
    if (!requestsRung(event, 'lora')) return undefined
    const started = clock.now()
    const { dataset, evaluation, baseline, seed } = event
    // The lane reads the rows itself; here a leak is found before anything is trained.
    const [{ agent, tools }] = await Promise.all([
      agents.waitFor(event.agent),
      readDataset(objects, dataset, evaluation),
    ])
    const job = trainingJob({ basis: { agent, tools }, baseline, dataset, seed })
    const { candidate, adapter, rank, trainableParameters, totalParameters, ...rest } = await runToEnd(
      planners.train,
      job,
      signal,
    )
    const { validationAccuracy, trials, lane } = rest
    const seconds = (clock.now() - started) / 1000
    return {
      candidate,
      adapter,
      rank,
      trainableParameters,
      totalParameters,
      validationAccuracy,
      tries: trials,
      lane,
      seconds,
    }
  },
  decide,
}
