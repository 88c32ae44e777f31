import '../worker-hooks.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { runWorker } from '../run-worker.ts'
import { type Stage, stages } from '../stages.ts'
import { removeFence } from './remove-fence.ts'

/** How a worker differs from a service's own process: a short session, and fencing can be disabled. */
export type WorkerOptions = {
  readonly stage: Stage
  /** Its client id at the brokers. */
  readonly name: string
  readonly sessionMs: number
  readonly breakFence: boolean
}

/** One stage in its own process. */
await runWorker<WorkerOptions>(
  async (runtime, { stage, breakFence }, signal) => {
    if (breakFence) removeFence()
    await (await startServices(runtime, [stages[stage]], signal)).done
  },
  ({ name, sessionMs }) => ({ clientId: name, sessionMs }),
)
