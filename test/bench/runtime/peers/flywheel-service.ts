import { runService } from '#runtime/host/main.ts'
import { announce, untilInputEnds } from './announce.ts'
import { benchService } from './service.ts'

/** A complete service process with the bench's rule in place of the sampler's. Argument: `remember`, or none. */
untilInputEnds(() => process.kill(process.pid, 'SIGTERM'))
await runService(benchService(announce, process.argv[2] === 'remember'), () => ({}))
