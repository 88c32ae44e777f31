import { runService } from '#runtime/host/main.ts'
import { trainer } from './service.ts'

await runService(trainer)
