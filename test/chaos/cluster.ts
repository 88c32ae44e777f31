import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '#runtime/log/kafka-client.ts'
import { freePorts } from '#test/support/java.ts'
import { startKafkaFromJars, type TestKafka } from '#test/support/kafka.ts'
import { startRegistry } from '#test/support/registry.ts'
import { until } from '#test/support/until.ts'
import { type Proxies, startProxies } from './proxy.ts'

export const brokerIds = [1, 2, 3] as const

/** Three brokers, a registry, and the network between them and their clients. */
export type Cluster = Pick<TestKafka, 'kill' | 'up'> & {
  /** Addresses that are never cut, for the harness. */
  readonly direct: string
  /** Addresses of the proxies, for workers and producers. */
  readonly cuttable: string
  readonly registry: string
  readonly proxies: Proxies
  /** Waits until each partition has all its replicas in step again. */
  readonly inSync: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** undefined, and loudly so, where Kafka or the registry cannot run. */
export async function startCluster(): Promise<Cluster | undefined> {
  const ports = await freePorts(2 * brokerIds.length)
  const routes = brokerIds.map((broker, index) => ({
    broker,
    target: ports[2 * index] ?? 0,
    port: ports[2 * index + 1] ?? 0,
  }))
  const [kafka, registry] = await Promise.all([
    startKafkaFromJars({
      brokers: 3,
      // Clients get a listener of their own, which says that it is where its proxy listens.
      properties: usual => {
        const route = routes.find(({ broker }) => broker === usual['node.id'])
        return {
          ...usual,
          listeners: `${usual.listeners},CUTTABLE://127.0.0.1:${route?.target}`,
          'advertised.listeners': `${usual['advertised.listeners']},CUTTABLE://127.0.0.1:${route?.port}`,
          'listener.security.protocol.map': `${usual['listener.security.protocol.map']},CUTTABLE:PLAINTEXT`,
        }
      },
    }),
    startRegistry(),
  ])
  const stopServers = async (): Promise<void> => void (await Promise.all([kafka?.stop(), registry?.stop()]))
  if (!kafka || !registry) {
    await stopServers()
    return undefined
  }
  const proxies = await startProxies(routes)
  return {
    direct: kafka.brokers,
    cuttable: routes.map(({ port }) => `127.0.0.1:${port}`).join(),
    registry: registry.url,
    proxies,
    kill: kafka.kill,
    up: kafka.up,
    inSync: () => inSync(kafka.brokers),
    stop: async () => {
      proxies.close()
      await stopServers()
    },
  }
}

async function inSync(brokers: string): Promise<void> {
  const { kafka, drop } = createClient({ brokers: brokers.split(','), clientId: 'chaos-in-sync', replication: 3 })
  const admin = kafka.admin()
  const asked = async (): Promise<boolean> => {
    const { topics } = await admin.fetchTopicMetadata()
    return topics.every(({ partitions }) => partitions.every(({ isr, replicas }) => isr.length === replicas.length))
  }
  try {
    await admin.connect()
    await until('all replicas are in step', async () => (await asked().catch(() => false)) || pause(), 120_000)
  } finally {
    await admin.disconnect().catch(() => {})
    drop()
  }
}

/** Brokers that come back have enough to do. */
const pause = async (): Promise<false> => sleep(200, false as const)
