import { runService } from '#runtime/host/main.ts'
import { promoter } from './service.ts'

await runService(promoter, ({ agents, clock }) => ({ agents, clock }))
