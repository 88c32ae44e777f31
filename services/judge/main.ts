import { runService } from '#runtime/main.ts'
import { judge } from './service.ts'

await runService(judge)
