import { consumerGroup } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { createAgents, follow } from './follow.ts'
import { createServer, listen } from './http.ts'
import type { World } from './open.ts'
import { serveRecords } from './records.ts'
import type { AnyEdge, AnyService, EdgeContext, Ports } from './service.ts'
import type { StateView } from './state.ts'
import { work } from './step.ts'

export type Running = {
  /** Base URL of this process. */
  readonly url: string
  /** Resolves when everything has ended after the signal; rejects with what stopped a service. */
  readonly done: Promise<void>
}

/**
 * Runs services in this process until the signal is aborted: follows what they follow, opens one HTTP listener for all,
 * then joins each one's consumer group. What stops one service stops the process: a half-dead wheel looks alive.
 */
export async function run(world: World, started: readonly AnyService[], signal: AbortSignal): Promise<Running> {
  const { settings, log, codec, logger, metrics } = world
  const ending = new AbortController()
  const until = AbortSignal.any([signal, ending.signal])
  const agents = createAgents()
  const ports: Ports = { ...world, agents }
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
      ports,
      urlOf,
      append: (target, events) => log.append(events.map(event => codec.record(target, event))),
      states: () => [...states].flatMap(([key, state]) => (key.startsWith(`${name}/`) ? [state] : [])),
      lag: other =>
        services[other].reads.length === 0 ? Promise.resolve([]) : log.lag(consumerGroup(other), services[other].reads),
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
  const [only] = started
  const offset = started.length === 1 && only && settings.port !== 0 ? services[only.name].port : 0
  url = await listen(app, settings.host, settings.port + offset)
  logger.info({ services: health.services, url }, 'listening')

  const joins = started.map(async service => {
    const { name } = service
    const { reads, remembers } = services[name]
    if (reads.length === 0) return
    await log.join(
      consumerGroup(name),
      reads,
      async task => {
        const key = `${name}/${task.partition}`
        try {
          await work(service, task, { ...world, ports }, remembers, state => states.set(key, state))
        } finally {
          states.delete(key)
        }
      },
      until,
    )
  })
  const everything = [following.done, ...joins]
  for (const part of everything) part.catch(() => ending.abort())
  const done = new Promise<void>(resolve => until.addEventListener('abort', () => resolve(), { once: true })).then(
    async () => {
      const ends = await Promise.allSettled(everything)
      for (const edge of edges.values()) await edge.close?.()
      await app.close()
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    },
  )
  return { url, done }
}
