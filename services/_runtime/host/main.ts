import type { ServiceName } from '#topology/types.ts'
import { readSettings } from '../config/config.ts'
import { describeError } from '../core/describe-error.ts'
import { eraseTypes, withPorts } from '../processing/any-service.ts'
import type { Service } from '../service.ts'
import { openRuntime, type Runtime } from './open-runtime.ts'
import { type RunningServices, startServices } from './start-services.ts'
import { stopOnSignal } from './stop-on-signal.ts'
import { verifyTopics } from './topics.ts'

/** Time limit for a graceful shutdown, in milliseconds. */
const stopWithinMs = 10_000

/**
 * Runs one service as a process, with settings from the environment, until SIGTERM or SIGINT. The process then exits within ten
 * seconds: commits in progress are completed, and the remaining records are processed after the next start. On a fatal error it
 * prints one line and exits with 1. `openPorts` registers what it opens with `runtime.onClose`.
 */
export async function runService<S extends ServiceName, Facts, Ports>(
  service: Service<S, Facts, Ports>,
  openPorts: (runtime: Runtime) => Ports | Promise<Ports>,
): Promise<void> {
  let running: RunningServices | undefined
  const stop = stopOnSignal(stopWithinMs, () => running?.unfinished() ?? [])
  // Before the services are started, no ordered shutdown is needed.
  stop.signal.addEventListener('abort', () => running ?? process.exit(0))
  try {
    const runtime = await openRuntime(readSettings(process.env))
    try {
      await verifyTopics(runtime)
      running = await startServices(runtime, [withPorts(eraseTypes(service), await openPorts(runtime))], stop.signal)
      await running.done
    } finally {
      await runtime.close()
    }
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${describeError(error)}\n`)
  }
}
