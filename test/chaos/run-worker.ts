import { readSettings } from '#runtime/config/config.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { describeError } from '#runtime/host/main.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'

/**
 * Runs a worker process of the harness: settings from the environment, options from its argument, as JSON. `work` ends at
 * SIGTERM; then the process must end by itself.
 */
export async function runWorker<Options>(
  work: (runtime: Runtime, options: Options, signal: AbortSignal) => Promise<void>,
  kafka: (options: Options) => Parameters<typeof openRuntime>[2] = () => ({}),
): Promise<void> {
  const options: Options = JSON.parse(process.argv[2] ?? '')
  const stopping = new AbortController()
  process.once('SIGTERM', () => stopping.abort())
  try {
    const runtime = await openRuntime(readSettings(process.env), systemClock, kafka(options))
    try {
      await work(runtime, options, stopping.signal)
    } finally {
      await runtime.close()
    }
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${describeError(error)}\n`)
  }
  // The channel to the harness would keep the process alive.
  process.removeAllListeners('disconnect')
  if (process.connected) process.disconnect()
}
