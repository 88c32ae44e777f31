import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Settings, toEnvironment } from '#runtime/config/config.ts'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { openServices } from '#services/all.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import { superviseProcesses } from './supervise.ts'

/** Services that run: their URLs, and a promise of their end. */
export type RunningServices = {
  readonly urlOf: (service: ServiceName) => string
  /** Resolves when all have stopped after the signal; rejects with the error that stopped one of them. */
  readonly done: Promise<void>
}

/** All services in this process, on one port. */
export async function runInProcess(
  runtime: Runtime,
  names: readonly ServiceName[],
  signal: AbortSignal,
): Promise<RunningServices> {
  await ensureTopics(runtime)
  const { url, done } = await startServices(runtime, await openServices(runtime, names), signal)
  return { urlOf: () => url, done }
}

/** What to do when a service process ends by itself: start it again, a limited number of times, or stop all. */
export type OnExit = 'restart' | 'stop'

/**
 * One process per service, as in production: `node services/NAME/main.ts`. Until all are up, the end of one stops all: it could not
 * be started. After that `onExit` decides. FLY_EXIT names the one that ended.
 */
export async function runAsProcesses(
  runtime: Runtime,
  names: readonly ServiceName[],
  signal: AbortSignal,
  onExit: OnExit = 'restart',
): Promise<RunningServices> {
  const { settings, logger } = runtime
  await ensureTopics(runtime)
  // Once here, before all processes register the same subjects at the same time.
  await runtime.codec.registerSchemas()
  const urlOf = (service: ServiceName): string => `http://127.0.0.1:${settings.port + services[service].port}`
  let isUp = false
  const done = superviseProcesses(
    names.map(name => ({ name, start: () => spawnService(name, settings) })),
    {
      mayRestart: () => isUp && onExit === 'restart',
      onRestart: ({ name, ...end }, inMs) =>
        logger.error({ service: name, ...end, inMs }, 'a service process ended, and is started again'),
    },
    signal,
  )
  // Awaited by the caller; until then a rejection must not count as unhandled.
  done.catch(() => {})
  const ended = new AbortController()
  const ready = Promise.all(names.map(name => waitUntilReady(urlOf(name), AbortSignal.any([signal, ended.signal]))))
  await Promise.race([done, ready]).finally(() => ended.abort())
  isUp = true
  return { urlOf, done }
}

/** The services that already run on the ports of these settings and on the same Kafka; undefined unless all do. */
export async function findRunningServices(
  { settings }: Runtime,
  names: readonly ServiceName[],
  signal: AbortSignal,
): Promise<RunningServices | undefined> {
  const urlOf = (service: ServiceName): string => `http://127.0.0.1:${settings.port + services[service].port}`
  const answers = await Promise.all(
    names.map(async name => {
      const answer = await fetch(`${urlOf(name)}/health`, { signal }).catch(() => undefined)
      return answer?.ok ? ((await answer.json()) as { log?: string }).log : undefined
    }),
  )
  if (!answers.every(log => log === settings.kafka)) return undefined
  const ended = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
  return { urlOf, done: ended }
}

function spawnService(name: ServiceName, settings: Settings): ChildProcess {
  const entry = fileURLToPath(import.meta.resolve(`#services/${name}/main.ts`))
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('FLYWHEEL_'))
  return spawn(process.execPath, [entry], {
    env: { ...Object.fromEntries(inherited), ...toEnvironment(settings) },
    // The channel carries nothing: its end tells the child that this process is gone, however it went.
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    // Its own group: Ctrl-C reaches this process, which then ends its children in order.
    detached: true,
  })
}

async function waitUntilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/**
 * Waits until a service has no lag. It is checked twice: on Kafka the outputs of a transaction become visible a few
 * milliseconds after it was committed.
 */
export function createDrainWaiter(runtime: Runtime, signal: AbortSignal): (service: ServiceName) => Promise<void> {
  return async service => {
    for (let empty = 0; empty < 2; ) {
      const lag = await runtime.log.lag(consumerGroup(service), consumedTopics(service))
      empty = lag.some(({ records }) => records > 0) ? 0 : empty + 1
      await sleep(200, undefined, { signal })
    }
  }
}
