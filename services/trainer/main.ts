import { openPlanners } from '#planners/open.ts'
import { runService } from '#runtime/host/main.ts'
import { trainer } from './service.ts'

await runService(trainer, runtime => {
  const { agents, clock, objects } = runtime
  return { agents, clock, objects, planners: openPlanners(runtime) }
})
