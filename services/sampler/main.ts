import { runService } from '#runtime/main.ts'
import { sampler } from './service.ts'

await runService(sampler)
