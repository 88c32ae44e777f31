import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { printLines } from '../output.ts'
import { parseService } from '../parse-service.ts'
import { type OnExit, runAsProcesses, runInProcess } from './start-services.ts'

type UpOptions = {
  readonly embedded: boolean
  readonly services?: string
  readonly onExit: OnExit
  readonly json: boolean
}

/** Runs services until the signal: in this process on the embedded log, as one process each on Kafka. */
export async function up(options: UpOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  if (options.embedded && settings.kafka !== undefined)
    throw new Fault('FLY_USAGE', '--embedded and --kafka exclude each other: leave out one of them')
  const names = options.services?.split(',').map(name => parseService(name)) ?? serviceNames
  const runtime = await openRuntime(settings)
  try {
    const running =
      settings.kafka === undefined
        ? await runInProcess(runtime, names, signal)
        : await runAsProcesses(runtime, names, signal, options.onExit)
    const urls = Object.fromEntries(names.map(name => [name, running.urlOf(name)]))
    printLines(options.json ? [JSON.stringify({ services: urls })] : addressLines(names, running.urlOf))
    await running.done
  } finally {
    await runtime.close()
  }
}

/** What answers where, and what to do next. */
function addressLines(names: readonly ServiceName[], urlOf: (service: ServiceName) => string): readonly string[] {
  const address = (service: ServiceName, path: string, what: string): readonly string[] =>
    names.includes(service) ? [`  ${what.padEnd(34)} ${urlOf(service)}${path}`] : []
  const next = names.includes('ingest') ? ['next: flywheel agents add FILE, with the tools of your agent'] : []
  return [
    `${names.length} services are up`,
    ...address('ingest', '/v1/chat-logs', 'turns (POST, JSON or NDJSON)'),
    ...address('ingest', '/v1/traces', 'traces (OTLP over HTTP)'),
    ...address('gateway', '/v1/plan', 'plans of the released planner'),
    ...address('annotation', '/review', 'review page'),
    ...address('console', '/', 'console'),
    ...next,
  ]
}
