import { openPlanners } from '#planners/open.ts'
import { runService } from '#runtime/host/main.ts'
import { evaluator } from './service.ts'

await runService(evaluator, runtime => ({ objects: runtime.objects, planners: openPlanners(runtime) }))
