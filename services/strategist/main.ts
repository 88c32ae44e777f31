import { runService } from '#runtime/host/main.ts'
import { strategist } from './service.ts'

await runService(strategist, ({ agents }) => ({ agents }))
