import { runService } from '#runtime/host/main.ts'
import { gateway } from './service.ts'

await runService(gateway)
