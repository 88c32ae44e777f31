import { runService } from '#runtime/host/main.ts'
import { sampler } from './service.ts'

await runService(sampler, ({ agents }) => ({ agents }))
