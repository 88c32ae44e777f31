import { openPlanners } from '#planners/open.ts'
import { runService } from '#runtime/host/main.ts'
import { promptTuner } from './service.ts'

await runService(promptTuner, runtime => {
  const { agents, clock, objects } = runtime
  return { agents, clock, objects, planners: openPlanners(runtime) }
})
