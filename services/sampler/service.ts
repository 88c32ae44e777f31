import type { Agents, Service } from '#runtime/service.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import { version } from './arms.ts'
import type { Facts } from './controller.ts'
import { decide } from './decide.ts'

type Ports = { readonly agents: Pick<Agents, 'waitFor'> }

export const sampler: Service<'sampler', Facts, Ports> = {
  name: 'sampler',
  version,
  stateShape: { version: 1 },
  gather: async ({ event }, { agents }) => factsOf(await agents.waitFor(event.agent)),
  decide,
}

// One object for each description: facts that are the same object are serialised only once for the records of decisions.
const factsCache = new WeakMap<AgentDescribed, Facts>()

function factsOf(described: AgentDescribed): Facts {
  const { sampleShare, arms, evaluationShare } = described.budgets
  const before = factsCache.get(described)
  if (before) return before
  const facts = Object.freeze({ sampling: described.sampling, sampleShare, arms, evaluationShare })
  factsCache.set(described, facts)
  return facts
}
