import { runService } from '#runtime/host/main.ts'
import { selfPlay } from './service.ts'

await runService(selfPlay, ({ agents }) => ({ agents }))
