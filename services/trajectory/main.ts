import { openPlanners } from '#planners/open.ts'
import { runService } from '#runtime/host/main.ts'
import { trajectory } from './service.ts'

await runService(trajectory, runtime => {
  const { agents, clock, objects } = runtime
  return { agents, clock, objects, planners: openPlanners(runtime) }
})
