import { runService } from '#runtime/main.ts'
import { annotation } from './service.ts'

await runService(annotation)
