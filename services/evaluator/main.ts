import { runService } from '#runtime/main.ts'
import { evaluator } from './service.ts'

await runService(evaluator)
