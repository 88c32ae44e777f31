import { runService } from '#runtime/main.ts'
import { ingest } from './service.ts'

await runService(ingest)
