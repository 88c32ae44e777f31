import { openPlanners } from '#planners/open.ts'
import { runService } from '#runtime/host/main.ts'
import { gateway } from './service.ts'

await runService(gateway, runtime => {
  const { agents, clock, objects } = runtime
  return { agents, clock, objects, planners: openPlanners(runtime) }
})
