import type { Agents, Service } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import { decide, type Facts } from './decide.ts'

type Ports = { readonly agents: Pick<Agents, 'waitFor'> }

export const curator: Service<'curator', Facts, Ports> = {
  name: 'curator',
  version: 'curator/v1',
  stateShape: { version: 1 },
  async gather({ topic: from, event }, { agents }) {
    if (from === topic.scoredSamples) return undefined
    const { budgets, tools } = await agents.waitFor(event.agent)
    return { budgets, tools: tools.map(({ name }) => name) }
  },
  decide,
}
