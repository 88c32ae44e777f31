import { runService } from '#runtime/host/main.ts'
import { evaluator } from './service.ts'

await runService(evaluator)
