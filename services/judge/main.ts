import { runService } from '#runtime/host/main.ts'
import { judge } from './service.ts'

await runService(judge)
