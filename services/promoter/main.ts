import { runService } from '#runtime/main.ts'
import { promoter } from './service.ts'

await runService(promoter)
