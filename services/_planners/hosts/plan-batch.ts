import { setImmediate } from 'node:timers/promises'
import { Fault, faultAction } from '#runtime/core/faults.ts'
import type { Planned, PlanRequest } from '../plan.ts'
import type { HostedPlanner } from '../planner.ts'

/** Other work of the process, such as production's turns, is done between so many plans. */
const PLANS_PER_TURN = 16

/** `HostedPlanner.batch` for any planner that can plan: at most `concurrency` plans at a time, results in order. */
export async function* planBatch(
  plan: HostedPlanner['plan'],
  requests: readonly PlanRequest[],
  { concurrency }: { readonly concurrency: number },
  signal: AbortSignal,
): AsyncGenerator<Planned | { readonly failed: string }, void> {
  const inProgress: Promise<Planned | { readonly failed: string }>[] = []
  for (const [position, request] of requests.entries()) {
    signal.throwIfAborted()
    if (position % PLANS_PER_TURN === PLANS_PER_TURN - 1) await setImmediate()
    const planned = plan(request, signal).catch(outageOrThrow)
    // Rejections are seen when the result's turn comes; until then they must not count as unhandled.
    planned.catch(() => {})
    inProgress.push(planned)
    const [first] = inProgress
    if (inProgress.length < concurrency || first === undefined) continue
    inProgress.shift()
    yield await first
  }
  for (const planned of inProgress) yield await planned
}

function outageOrThrow(error: unknown): { readonly failed: string } {
  if (error instanceof Fault && faultAction(error) === 'retry') return { failed: error.message }
  throw error
}
