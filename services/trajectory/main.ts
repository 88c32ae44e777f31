import { runService } from '#runtime/host/main.ts'
import { trajectory } from './service.ts'

await runService(trajectory)
