import type { ServiceName } from '#topology/types.ts'
import { readSettings } from '../config/config.ts'
import { Fault } from '../core/faults.ts'
import { eraseTypes, withPorts } from '../processing/any-service.ts'
import type { Service } from '../service.ts'
import { openRuntime, type Runtime } from './open-runtime.ts'
import { type RunningServices, startServices } from './start-services.ts'
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

/**
 * Returns a controller that is aborted by SIGTERM, by SIGINT, and when the parent process `flywheel up` exits. If this process is
 * still running after the time limit, it reports what is `unfinished` and exits with 1.
 */
export function stopOnSignal(withinMs: number, unfinished: () => readonly string[]): AbortController {
  const stop = new AbortController()
  const onTimeout = (): void => {
    const what = unfinished().join(', ') || 'what was opened for them'
    process.stderr.write(`FLY_BUG: ${withinMs / 1000} s after it was told to stop, this has not ended: ${what}\n`)
    process.exit(1)
  }
  const onStop = (): void => {
    stop.abort()
    setTimeout(onTimeout, withinMs).unref()
  }
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, onStop)
  // The IPC channel to the parent must not keep this process alive.
  process.once('disconnect', onStop)
  process.channel?.unref()
  return stop
}

/** Describes an error for the operator: code, problem and fix in one line. Unexpected errors include their stack. */
export function describeError(error: unknown): string {
  if (error instanceof Fault && error.code !== 'FLY_BUG') return `${error.code}: ${error.message}`
  return error instanceof Error
    ? `FLY_BUG: ${error.stack ?? error.message}${error.cause ? `\ncaused by ${describeError(error.cause)}` : ''}`
    : String(error)
}
