import type { Agents, Service } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import { decide, type Facts } from './decide.ts'

type Ports = { readonly agents: Pick<Agents, 'waitFor'> }

export const strategist: Service<'strategist', Facts, Ports> = {
  name: 'strategist',
  version: 'strategist/v1',
  stateShape: { version: 1 },
  async gather({ topic: from, event }, { agents }) {
    if (from === topic.datasets && event.outcome === 'waiting') return undefined
    const { tools, targets } = await agents.waitFor(event.agent)
    return { targets, tools: tools.map(({ name, description }) => ({ name, description })) }
  },
  decide,
}
