import { runService } from '#runtime/host/main.ts'
import { consoleService } from './service.ts'

await runService(consoleService, ({ clock }) => ({ clock }))
