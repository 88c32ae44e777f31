import type { Service } from '#runtime/service.ts'
import { decide, type Facts, version } from './decide.ts'

export const selfPlay: Service<'self-play', Facts> = {
  name: 'self-play',
  version,
  gather: async ({ event }, { agents }) => {
    const { tools, budgets } = await agents.waitFor(event.agent)
    return { tools, syntheticShare: budgets.syntheticShare }
  },
  decide,
}
