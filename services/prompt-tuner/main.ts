import { runService } from '#runtime/main.ts'
import { promptTuner } from './service.ts'

await runService(promptTuner)
