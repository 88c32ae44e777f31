import type { Service } from '#runtime/service.ts'
import { decide, type Facts } from './decide.ts'
import { edge } from './edge.ts'

export const annotation: Service<'annotation', Facts> = {
  name: 'annotation',
  version: 'annotation/v1',
  gather: async ({ event }, { agents }) => ({
    reviewersPerItem: (await agents.need(event.agent)).budgets.reviewersPerItem,
  }),
  decide,
  edge,
}
