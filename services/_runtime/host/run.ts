import { consumerGroup } from '#topology/derive/names.ts'
import { consumed } from '#topology/derive/plans.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { countParked } from '../dead-letters/dead-letters.ts'
import { serveDeadLetters } from '../dead-letters/http-api.ts'
import { createServer, listen } from '../http/server.ts'
import { createAgents, follow } from '../processing/follow.ts'
import { work } from '../processing/step.ts'
import type { AnyEdge, AnyService, EdgeContext, Ports } from '../service.ts'
import type { StateView } from '../state/state.ts'
import { appendInTrace } from '../telemetry/tracing.ts'
import type { World } from './open.ts'
import { serveRecords } from './records.ts'

export type Running = {
  /** Base URL of this process. */
  readonly url: string
  /** Resolves when everything has ended after the signal; rejects with what stopped a service. */
  readonly done: Promise<void>
  /** What has not ended yet, by name. */
  readonly left: () => readonly string[]
}

/**
 * Runs services in this process until the signal is aborted: follows what they follow, opens one HTTP listener for all,
 * then joins each one's consumer group. What stops one service stops the process: a half-dead wheel looks alive.
 */
export async function run(world: World, started: readonly AnyService[], signal: AbortSignal): Promise<Running> {
  const { settings, log, codec, logger, metrics, tracing } = world
  const ending = new AbortController()
  const until = AbortSignal.any([signal, ending.signal])
  const agents = createAgents()
  const portsOf = (service: ServiceName): Ports => ({
    ...world,
    agents,
    languageModel: world.languageModels?.of(service),
  })
  await codec.prepare()

  const states = new Map<string, StateView>()
  let url = ''
  const urlOf = (service: ServiceName): string => {
    if (started.some(({ name }) => name === service)) return url
    if (service === 'ingest' && settings.ingestUrl) return settings.ingestUrl
    return `http://127.0.0.1:${settings.port + services[service].port}`
  }
  const edges = new Map<ServiceName, AnyEdge>()
  for (const service of started) {
    const { name } = service
    const context: EdgeContext<ServiceName> = {
      settings,
      ports: portsOf(name),
      urlOf,
      append: (target, events, headers) =>
        appendInTrace(tracing, name, target, events, traced =>
          log.append(events.map(event => codec.record(target, event, { ...headers, ...traced }))),
        ),
      states: () => [...states].flatMap(([key, state]) => (key.startsWith(`${name}/`) ? [state] : [])),
      lag: other =>
        consumed(other).length === 0 ? Promise.resolve([]) : log.lag(consumerGroup(other), consumed(other)),
      parked: other => countParked(log, other, 10_000, until),
      committed: other =>
        consumed(other).length === 0 ? Promise.resolve([]) : log.committed(consumerGroup(other), consumed(other)),
      positionsAt: (names, time) => log.positionsAt(names, time),
      count: counted => log.count(counted),
    }
    const edge = service.edge?.(context as never)
    if (edge) edges.set(name, edge)
  }

  const followed = new Set<string>([topic.agents, ...started.flatMap(({ name }) => [...services[name].follows])])
  const following = await follow(
    world,
    [...followed],
    record => {
      agents.saw(record)
      for (const [name, edge] of edges)
        if ((services[name].follows as readonly string[]).includes(record.topic)) edge.saw?.(record as never)
    },
    until,
  )

  const health = {
    status: 'ok',
    log: settings.kafka ?? 'embedded',
    services: started.map(({ name }) => name as string),
  }
  const app = createServer(settings, logger, metrics, () => health)
  for (const edge of edges.values()) edge.routes?.(app)
  serveRecords(app, log, codec, until)
  serveDeadLetters(
    app,
    world,
    started.map(({ name }) => name),
    until,
  )
  const [only] = started
  const offset = started.length === 1 && only && settings.port !== 0 ? services[only.name].port : 0
  url = await listen(app, settings.host, settings.port + offset)
  logger.info({ services: health.services, url }, 'listening')

  const consume = async (service: AnyService): Promise<void> => {
    const { name } = service
    const { remembers } = services[name]
    const inputs = consumed(name)
    if (inputs.length === 0) return
    await log.join(
      consumerGroup(name),
      inputs,
      async task => {
        const key = `${name}/${task.partition}`
        try {
          await work(service, task, { ...world, ports: portsOf(name) }, remembers, state => states.set(key, state))
        } finally {
          states.delete(key)
        }
      },
      until,
    )
  }
  const parts = new Map<string, Promise<void>>([['following', following.done]])
  for (const service of started) parts.set(service.name, consume(service))
  const left = new Set([...parts.keys(), 'http'])
  for (const [name, part] of parts) part.catch(() => ending.abort()).finally(() => left.delete(name))
  const done = new Promise<void>(resolve => until.addEventListener('abort', () => resolve(), { once: true })).then(
    async () => {
      const ends = await Promise.allSettled(parts.values())
      for (const edge of edges.values()) await edge.close?.()
      await app.close()
      left.delete('http')
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    },
  )
  return { url, done, left: () => [...left] }
}
