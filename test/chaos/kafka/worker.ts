import '../worker-hooks.ts'
import { readSettings } from '#runtime/config/config.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { describeError } from '#runtime/host/main.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { type Stage, stages } from '../stages.ts'
import { removeFence } from './remove-fence.ts'

/** How a worker on Kafka differs from a service's own process: a short session, and the fence can be taken away. */
export type WorkerOptions = {
  readonly stage: Stage
  /** Its client id at the brokers. */
  readonly name: string
  readonly sessionMs: number
  readonly breakFence: boolean
}

/** One stage in a process of its own, settings from the environment, until SIGTERM. Argument: the options as JSON. */
const { stage, name, sessionMs, breakFence }: WorkerOptions = JSON.parse(process.argv[2] ?? '{}')
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
if (breakFence) removeFence()
try {
  const world = await openRuntime(readSettings(process.env), systemClock, { clientId: name, sessionMs })
  try {
    await (await startServices(world, [stages[stage]], stopping.signal)).done
  } finally {
    await world.close()
  }
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${describeError(error)}\n`)
}
// The channel to the harness would keep it up.
process.removeAllListeners('disconnect')
if (process.connected) process.disconnect()
