import { runService } from '#runtime/host/main.ts'
import { annotation } from './service.ts'

await runService(annotation, ({ agents, clock, objects }) => ({ agents, clock, objects }))
