import { readDataset } from '#planners/dataset.ts'
import type { Trainer } from '#planners/lanes/trainer.ts'
import type { LinearManifest, PlannerTool } from '#planners/linear/model/manifest.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Agents, Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'

type Ports = {
  readonly agents: Pick<Agents, 'waitFor'>
  readonly clock: Clock
  readonly objects: Pick<ObjectStore, 'get'>
  readonly trainer: Trainer
}

export const trainer: Service<'trainer', Facts, Ports> = {
  name: 'trainer',
  version: 'trainer/v1',
  async gather({ event }, { agents, objects, trainer: lane, clock }, signal) {
    if (event.outcome !== 'requested' || event.rung !== 'lora') return undefined
    const started = clock.now()
    const [{ rows }, baseline, { tools }] = await Promise.all([
      readDataset(objects, event.dataset, event.evaluation),
      getJson<LinearManifest>(objects, event.baseline),
      agents.waitFor(event.agent),
    ])
    const base = { ...baseline, tools: currentTools(tools, baseline.tools) }
    const result = await lane.train({ base, dataset: event.dataset, rows, seed: event.seed }, signal)
    return { ...result, seconds: (clock.now() - started) / 1000 }
  },
  decide,
}

/** Today's catalogue, each tool in the words of the baseline where it has them. */
function currentTools(catalogue: readonly PlannerTool[], known: readonly PlannerTool[]): PlannerTool[] {
  const words = new Map(known.map(tool => [tool.name, tool.description]))
  return catalogue.map(({ name, description }) => ({ name, description: words.get(name) ?? description }))
}
