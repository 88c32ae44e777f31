import type { Service } from '#runtime/service.ts'
import { decide, type Facts, version } from './decide.ts'

export const sampler: Service<'sampler', Facts> = {
  name: 'sampler',
  version,
  gather: async ({ event }, { agents }) => {
    const { budgets, sampling } = await agents.need(event.agent)
    const { sampleShare, arms, evaluationShare } = budgets
    return { sampling, sampleShare, arms, evaluationShare }
  },
  decide,
}
