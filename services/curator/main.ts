import { runService } from '#runtime/main.ts'
import { curator } from './service.ts'

await runService(curator)
