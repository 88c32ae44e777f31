import type { IndexedVector } from '#planners/examples/vector-index.ts'
import { createPlanners } from '#planners/open.ts'
import type { PlannerTool } from '#planners/tuning.ts'
import { agentDescribed } from '../data/agent-described.ts'
import { exactSearch } from './exact-search.ts'
import { inMemoryObjects } from './in-memory-objects.ts'
import { inlineWorkerPool } from './inline-worker-pool.ts'

/** The ports of the services that tune and host planners, over real planners, with objects and indexes in memory. */
export function plannerPorts(catalogue: readonly PlannerTool[]) {
  const indexes = new Map<string, readonly IndexedVector[]>()
  const objects = inMemoryObjects()
  const vectors = exactSearch(indexes)
  const planners = createPlanners({ objects, vectors, workerPool: inlineWorkerPool })
  // A rung begins at 0 and ends after 1.5 seconds, each time.
  let now = 1500
  const clock = { now: () => (now = 1500 - now) }
  const agents = { waitFor: async () => agentDescribed(catalogue.map(tool => ({ argumentSchema: null, ...tool }))) }
  return { indexes, ports: { agents, clock, objects, planners } }
}
