import { runService } from '#runtime/main.ts'
import { strategist } from './service.ts'

await runService(strategist)
