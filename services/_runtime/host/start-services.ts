import { consumedTopics, consumingServices, serviceNames } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import { requiredValue } from '../core/checked.ts'
import { serveDeadLetters } from '../dead-letters/http-api.ts'
import { createUnresolvedCounter } from '../dead-letters/unresolved-counter.ts'
import { createHttpServer, listen } from '../http/server.ts'
import { answersInTime, limitsOfProbes } from '../log/answers-in-time.ts'
import type { AnyHttpApi, RunnableService } from '../processing/any-service.ts'
import type { FollowedTopics } from '../processing/follow-topics.ts'
import { processPartition } from '../processing/process-partition.ts'
import type { HttpApiContext, SkippedRecords } from '../service.ts'
import type { PartitionState } from '../state/partition-state.ts'
import { appendInTrace } from '../telemetry/tracing.ts'
import { followForServices } from './follow-for-services.ts'
import { observeLag } from './lag-metric.ts'
import type { Runtime } from './open-runtime.ts'
import { servePositions } from './positions.ts'
import { serveReadiness } from './readiness.ts'
import { serveRecords } from './records.ts'
import { observeStates } from './state-metrics.ts'

/** Unresolved dead letters of a service that are counted. */
const maxUnresolved = 10_000

export type RunningServices = {
  /** Base URL of this process. */
  readonly url: string
  /** Resolves when everything has ended after the signal; rejects with the error that stopped a service. */
  readonly done: Promise<void>
  /** Names of the parts that have not ended yet. */
  readonly unfinished: () => readonly string[]
}

/**
 * Runs services in this process until the signal is aborted: opens one HTTP server for all of them, follows their followed topics,
 * then joins the consumer group of each. An error that stops one service stops the process: partial failure would look healthy.
 */
export async function startServices(
  runtime: Runtime,
  started: readonly RunnableService[],
  signal: AbortSignal,
): Promise<RunningServices> {
  const { settings, log, codec, logger, metrics, tracing } = runtime
  const asked = answersInTime(log)
  const failed = new AbortController()
  const until = AbortSignal.any([signal, failed.signal])
  await codec.registerSchemas()

  /** The state of the partitions that this process has, by service and partition. */
  const states = new Map(started.map(({ name }) => [name, new Map<number, PartitionState>()]))
  let following: FollowedTopics | undefined
  const skipped = (): readonly SkippedRecords[] => following?.skipped() ?? []
  let url = ''
  const urlOf = (service: ServiceName): string => {
    if (started.some(({ name }) => name === service)) return url
    if (service === 'ingest' && settings.ingestUrl) return settings.ingestUrl
    return `http://127.0.0.1:${settings.port + services[service].port}`
  }
  const unresolvedCounters = new Map(
    serviceNames.map(name => [name, createUnresolvedCounter(asked, name, maxUnresolved, until)]),
  )
  const httpApis = new Map<ServiceName, AnyHttpApi>()
  for (const service of started) {
    const { name } = service
    const context: HttpApiContext<ServiceName> = {
      settings,
      urlOf,
      append: (target, events, headers) =>
        appendInTrace(tracing, name, target, events, traceHeaders =>
          log.append(events.map(event => codec.record(target, event, { ...headers, ...traceHeaders }))),
        ),
      partitionStates: () => Array.from(states.get(name)?.values() ?? [], ({ state }) => state),
      lag: other =>
        consumedTopics(other).length === 0
          ? Promise.resolve([])
          : asked.lag(consumerGroup(other), consumedTopics(other)),
      countUnresolved: other => requiredValue(unresolvedCounters, other)(),
      committedPositions: other =>
        consumedTopics(other).length === 0
          ? Promise.resolve([])
          : asked.committed(consumerGroup(other), consumedTopics(other)),
      positionsAt: (names, time) => asked.positionsAt(names, time),
      bounds: names => asked.bounds(names),
      skipped,
    }
    const httpApi = service.httpApi?.(context)
    if (httpApi) httpApis.set(name, httpApi)
  }

  const health = {
    status: 'ok',
    log: settings.kafka ?? 'embedded',
    process: process.pid,
    services: started.map(({ name }) => name as string),
  }
  const probed = answersInTime(log, limitsOfProbes)
  const names = started.map(({ name }) => name)
  // A process that is dead has no metrics, so the console has the lag of every service.
  observeLag({ ...runtime, log: probed }, names.includes('console') ? consumingServices : names)
  observeStates(metrics, states)
  const app = createHttpServer(settings, logger, metrics, () => health)
  const readiness = serveReadiness(
    app,
    probed,
    started.flatMap(({ name }) => (consumedTopics(name).length > 0 ? [name] : [])),
    skipped,
  )
  for (const httpApi of httpApis.values()) httpApi.routes?.(app)
  serveRecords(app, asked, codec, until)
  servePositions(app, asked)
  serveDeadLetters(
    app,
    { ...runtime, log: asked },
    started.map(({ name }) => name),
    until,
  )
  const [only] = started
  const offset = started.length === 1 && only && settings.port !== 0 ? services[only.name].port : 0
  url = await listen(app, settings.host, settings.port + offset)
  logger.info({ services: health.services, url }, 'listening')

  following = await followForServices(
    runtime,
    started.map(({ name }) => name),
    httpApis,
    until,
  ).catch(async error => {
    await app.close()
    throw error
  })
  readiness.caughtUp()

  const consume = async (service: RunnableService): Promise<void> => {
    const { name } = service
    const { stateful } = services[name]
    const inputs = consumedTopics(name)
    if (inputs.length === 0) return
    const context = { ...runtime, onLostPosition: settings.onLostPosition }
    await log.join(
      consumerGroup(name),
      inputs,
      async task => {
        const { partition } = task
        readiness.setRestoring(`${name}/${partition}`, true)
        try {
          await processPartition(service, task, context, stateful, state => {
            states.get(name)?.set(partition, state)
            readiness.setRestoring(`${name}/${partition}`, false)
          })
        } finally {
          states.get(name)?.delete(partition)
          readiness.setRestoring(`${name}/${partition}`, false)
        }
      },
      until,
      partitions => readiness.setMembership(name, partitions),
    )
  }
  const running = new Map<string, Promise<void>>([['following', following.done]])
  for (const service of started) running.set(service.name, consume(service))
  const unfinished = new Set([...running.keys(), 'http'])
  for (const [name, part] of running) part.catch(() => failed.abort()).finally(() => unfinished.delete(name))
  const done = new Promise<void>(resolve => until.addEventListener('abort', () => resolve(), { once: true })).then(
    async () => {
      const results = await Promise.allSettled(running.values())
      for (const httpApi of httpApis.values()) await httpApi.close?.()
      await app.close()
      unfinished.delete('http')
      for (const result of results) if (result.status === 'rejected') throw result.reason
    },
  )
  return { url, done, unfinished: () => [...unfinished] }
}
