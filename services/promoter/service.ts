import type { Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'
import { httpApi } from './http-api.ts'

export const promoter: Service<'promoter', Facts> = {
  name: 'promoter',
  version: 'promoter/v1',
  async gather({ event }, { agents }) {
    const { margin, stratumMargin } = (await agents.waitFor(event.agent)).targets
    return { margin, stratumMargin }
  },
  decide,
  httpApi,
}
