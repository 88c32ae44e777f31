import { runService } from '#runtime/main.ts'
import { announce, untilInputEnds } from './announce.ts'
import { benchService } from './service.ts'

/** Flywheel's real service process. Argument: `remember`, or none. */
untilInputEnds(() => process.kill(process.pid, 'SIGTERM'))
await runService(benchService(announce, process.argv[2] === 'remember'))
