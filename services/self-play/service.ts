import type { Agents, Service } from '#runtime/service.ts'
import { decide, type Facts, version } from './decide.ts'

type Ports = { readonly agents: Pick<Agents, 'waitFor'> }

export const selfPlay: Service<'self-play', Facts, Ports> = {
  name: 'self-play',
  version,
  stateShape: { version: 1 },
  gather: async ({ event }, { agents }) => {
    const { tools, budgets } = await agents.waitFor(event.agent)
    return { tools, syntheticShare: budgets.syntheticShare }
  },
  decide,
}
