import { runService } from '#runtime/main.ts'
import { selfPlay } from './service.ts'

await runService(selfPlay)
