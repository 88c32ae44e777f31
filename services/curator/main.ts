import { runService } from '#runtime/host/main.ts'
import { curator } from './service.ts'

await runService(curator, ({ agents }) => ({ agents }))
