import { runService } from '#runtime/host/main.ts'
import { promptTuner } from './service.ts'

await runService(promptTuner, ({ agents, clock, objects, workerPool }) => ({ agents, clock, objects, workerPool }))
