import { runService } from '#runtime/main.ts'
import { trajectory } from './service.ts'

await runService(trajectory)
