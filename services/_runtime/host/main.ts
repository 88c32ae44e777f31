import type { ServiceName } from '#topology/types.ts'
import { readSettings } from '../config/config.ts'
import { Fault } from '../core/faults.ts'
import { eraseTypes, withPorts } from '../processing/any-service.ts'
import type { Service } from '../service.ts'
import { openRuntime, type Runtime } from './open-runtime.ts'
import { type RunningServices, startServices } from './start-services.ts'
import { verifyTopics } from './topics.ts'

/** How long a process may take to end after it was told to, in milliseconds. */
const stopWithinMs = 10_000

/**
 * The process of one service: settings from the environment, until SIGTERM or SIGINT, after which it ends within ten
 * seconds: what is being committed is committed, what is not yet is left to the next start. Exit code 1 with one line when
 * it cannot go on. What `openPorts` opens it registers with `runtime.onClose`.
 */
export async function runService<S extends ServiceName, Facts, Ports>(
  service: Service<S, Facts, Ports>,
  openPorts: (runtime: Runtime) => Ports | Promise<Ports>,
): Promise<void> {
  let running: RunningServices | undefined
  const stop = stopOnSignal(stopWithinMs, () => running?.unfinished() ?? [])
  // Until it runs there is nothing that would have to end in order.
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
 * Aborted by SIGTERM, by SIGINT, and when the `flywheel up` that started this process is gone. A process that is still there
 * after the limit tells what is `left` of it, and exits with 1.
 */
export function stopOnSignal(withinMs: number, unfinished: () => readonly string[]): AbortController {
  const stop = new AbortController()
  const overdue = (): void => {
    const what = unfinished().join(', ') || 'what was opened for them'
    process.stderr.write(`FLY_BUG: ${withinMs / 1000} s after it was told to stop, this has not ended: ${what}\n`)
    process.exit(1)
  }
  const onStop = (): void => {
    stop.abort()
    setTimeout(overdue, withinMs).unref()
  }
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, onStop)
  // Listening for the end of the channel to a parent must not keep the process alive.
  process.once('disconnect', onStop)
  process.channel?.unref()
  return stop
}
/** One line for a person: code, what is wrong, what to do. Bugs bring their stack. */
export function describeError(error: unknown): string {
  if (error instanceof Fault && error.code !== 'FLY_BUG') return `${error.code}: ${error.message}`
  return error instanceof Error
    ? `FLY_BUG: ${error.stack ?? error.message}${error.cause ? `\ncaused by ${describeError(error.cause)}` : ''}`
    : String(error)
}
