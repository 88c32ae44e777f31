import { planBatch } from '#planners/hosts/plan-batch.ts'
import type { Plan, PlanRequest } from '#planners/plan.ts'
import type { HostedPlanner } from '#planners/planner.ts'

/** A planner that calls the tool that `answer` gives, with the user's messages as the argument. Counts how often it was closed. */
export function fakePlanner(
  digest: string,
  answer: (request: PlanRequest) => Pick<Plan, 'confidence' | 'margin' | 'ranking'> & { readonly tool: string },
): HostedPlanner & { readonly closed: () => number } {
  let closed = 0
  const plan: HostedPlanner['plan'] = async request => {
    const { tool, ...rest } = answer(request)
    const argument = request.input.messages.map(({ text }) => text).join('|')
    return {
      plan: { calls: [{ id: null, tool, arguments: argument }], text: null, exampleIds: [], ...rest },
      model: null,
      usage: null,
      firstTokenMs: null,
      latencyMs: 1,
    }
  }
  return {
    digest,
    plan,
    batch: (requests, options, signal) => planBatch(plan, requests, options, signal),
    close: async () => void closed++,
    closed: () => closed,
  }
}
