import type { Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'
import { httpApi } from './http-api.ts'

export const annotation: Service<'annotation', Facts> = {
  name: 'annotation',
  version: 'annotation/v2',
  gather: async ({ event }, { agents }) => {
    const { reviewersPerItem, overlapShare } = (await agents.waitFor(event.agent)).budgets
    return { reviewersPerItem, overlapShare }
  },
  decide,
  httpApi,
}
