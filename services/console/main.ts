import { runService } from '#runtime/main.ts'
import { consoleService } from './service.ts'

await runService(consoleService)
