import type { Agents, Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'
import { type HttpApiPorts, httpApi } from './http-api.ts'

type Ports = HttpApiPorts & { readonly agents: Pick<Agents, 'waitFor'> }

export const promoter: Service<'promoter', Facts, Ports> = {
  name: 'promoter',
  version: 'promoter/v1',
  stateShape: { version: 1 },
  async gather({ event }, { agents }) {
    const { margin, stratumMargin } = (await agents.waitFor(event.agent)).targets
    return { margin, stratumMargin }
  },
  decide,
  httpApi,
}
