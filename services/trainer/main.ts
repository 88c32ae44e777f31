import { runService } from '#runtime/main.ts'
import { trainer } from './service.ts'

await runService(trainer)
