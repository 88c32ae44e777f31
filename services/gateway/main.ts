import { runService } from '#runtime/main.ts'
import { gateway } from './service.ts'

await runService(gateway)
