import type { Agents, Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'
import { type HttpApiPorts, httpApi } from './http-api.ts'

type Ports = HttpApiPorts & { readonly agents: Pick<Agents, 'waitFor'> }

export const annotation: Service<'annotation', Facts, Ports> = {
  name: 'annotation',
  version: 'annotation/v2',
  stateShape: { version: 1 },
  gather: async ({ event }, { agents }) => {
    const { reviewersPerItem, overlapShare } = (await agents.waitFor(event.agent)).budgets
    return { reviewersPerItem, overlapShare }
  },
  decide,
  httpApi,
}
