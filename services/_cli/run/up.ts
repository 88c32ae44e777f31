import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { parseServiceNames, runAsProcesses, runInProcess } from './start-services.ts'

type UpOptions = { readonly embedded: boolean; readonly services?: string; readonly json: boolean }

/** Runs services until the signal: in this process on the embedded log, as one process each on Kafka. */
export async function up(options: UpOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  if (options.embedded && settings.kafka !== undefined)
    throw new Fault('FLY_USAGE', '--embedded and --kafka exclude each other: leave one out')
  const names = parseServiceNames(options.services)
  const world = await openRuntime(settings)
  try {
    const wheel = await (settings.kafka === undefined ? runInProcess : runAsProcesses)(world, names, signal)
    const urls = Object.fromEntries(names.map(name => [name, wheel.urlOf(name)]))
    if (options.json) process.stdout.write(`${JSON.stringify({ services: urls })}\n`)
    else process.stdout.write(`${names.length} services are up; console: ${wheel.urlOf('console')}\n`)
    await wheel.done
  } finally {
    await world.close()
  }
}
