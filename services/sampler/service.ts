import type { Service } from '#runtime/service.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import { decide, type Facts, version } from './decide.ts'

export const sampler: Service<'sampler', Facts> = {
  name: 'sampler',
  version,
  gather: async ({ event }, { agents }) => factsOf(await agents.need(event.agent)),
  decide,
}

// One object for as long as a description holds: what is kept of each decision writes it out only once.
const known = new WeakMap<AgentDescribed, Facts>()

function factsOf(described: AgentDescribed): Facts {
  const { sampleShare, arms, evaluationShare } = described.budgets
  const facts = known.get(described) ?? { sampling: described.sampling, sampleShare, arms, evaluationShare }
  known.set(described, facts)
  return facts
}
