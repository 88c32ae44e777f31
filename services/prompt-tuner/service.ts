import { readDataset } from '#planners/dataset.ts'
import { type LinearManifest, type PlannerTool, untunedManifest } from '#planners/linear/model/manifest.ts'
import {
  DEFAULT_PROMPT_SEARCH,
  type PromptSearchResult,
  type searchPrompt,
} from '#planners/linear/prompt/prompt-search.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import { getJson, type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import type { Agents, Service } from '#runtime/service.ts'
import type { TuningDecided } from '#schemas/events.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import { decide, type Facts } from './decide.ts'

const searchModule = new URL('../_planners/linear/prompt/prompt-search.ts', import.meta.url)

type Ports = {
  readonly agents: Pick<Agents, 'waitFor'>
  readonly clock: Clock
  readonly objects: ObjectStore
  readonly workerPool: Pick<WorkerPool, 'run'>
}

export const promptTuner: Service<'prompt-tuner', Facts, Ports> = {
  name: 'prompt-tuner',
  version: 'prompt-tuner/v1',
  async gather({ event }, ports, signal) {
    if (event.outcome !== 'requested' || event.rung !== 'prompt') return undefined
    const { agents, objects, clock } = ports
    const started = clock.now()
    const [{ rows }, baseline, { tools: catalogue }] = await Promise.all([
      readDataset(objects, event.dataset, event.evaluation),
      getJson<LinearManifest>(objects, event.baseline),
      agents.waitFor(event.agent),
    ])
    const tools = currentTools(catalogue, baseline.tools)
    const gold = rows.filter(row => !row.synthetic)
    const found = await runSearch(ports, event, tools, gold, signal)
    return {
      candidate: await putJson(objects, canonicalJson(untunedManifest(event.agent, found.tools))),
      searchScore: found.searchScore,
      heldScore: found.heldScore,
      mutantsTried: found.mutants,
      seconds: (clock.now() - started) / 1000,
    }
  },
  decide,
}

/** Today's catalogue, each tool in the words of the baseline where it has them. */
function currentTools(catalogue: readonly PlannerTool[], known: readonly PlannerTool[]): PlannerTool[] {
  const words = new Map(known.map(tool => [tool.name, tool.description]))
  return catalogue.map(({ name, description }) => ({ name, description: words.get(name) ?? description }))
}

/** Too few families to search some and hold others is an outcome, not an error: the words stay as they are. */
async function runSearch(
  { workerPool }: Ports,
  { seed }: TuningDecided,
  tools: readonly PlannerTool[],
  gold: readonly DatasetRow[],
  signal: AbortSignal,
): Promise<Pick<PromptSearchResult, 'tools' | 'searchScore' | 'heldScore' | 'mutants'>> {
  try {
    return await workerPool.run<typeof searchPrompt>(
      searchModule,
      'searchPrompt',
      [tools, gold, { ...DEFAULT_PROMPT_SEARCH, seed }],
      signal,
    )
  } catch (error) {
    if (error instanceof RangeError) return { tools, searchScore: 0, heldScore: 0, mutants: 0 }
    throw error
  }
}
