import { runService } from '#runtime/host/main.ts'
import { ingest } from './service.ts'

await runService(ingest, ({ clock, objects }) => ({ clock, objects }))
