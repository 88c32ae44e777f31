import { openPlanners } from '#planners/open.ts'
import { runService } from '#runtime/host/main.ts'
import { trajectory } from './service.ts'

await runService(trajectory, runtime => {
  const { clock, objects, workerPool } = runtime
  return { clock, objects, workerPool, vectors: openPlanners(runtime).vectors }
})
