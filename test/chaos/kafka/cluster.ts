import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, PartitionMetadata } from 'kafkajs'
import { at } from '#runtime/core/checked.ts'
import type { Position } from '#runtime/log/event-log.ts'
import { createKafkaClient } from '#runtime/log/kafka/connection/client.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { freePorts } from '#test/support/servers/java.ts'
import { startRegistry } from '#test/support/servers/registry.ts'
import type { TestKafka } from '#test/support/servers/types.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { type Cut, type Proxies, startProxies } from './proxy.ts'

export type ClusterOptions = {
  readonly brokers: 1 | 3
  /** URL of a running registry; absent: one is started. */
  readonly registry?: string
}

/** Brokers, a registry, and the network between the brokers and their clients. */
export type ChaosCluster = Pick<TestKafka, 'kill' | 'up' | 'pause' | 'resume'> & {
  readonly ids: readonly number[]
  /** Addresses that are never cut, for the harness. */
  readonly directBrokers: string
  /** Addresses of the proxies, for workers and producers. */
  readonly proxiedBrokers: string
  /** The registry as the harness and as workers reach it. */
  readonly directRegistry: string
  readonly proxiedRegistry: string
  readonly proxies: Proxies
  /** Cuts the registry from the workers, until the returned function is called. */
  readonly cutRegistry: (kind: Cut['kind']) => () => void
  /** Waits until all replicas of each partition are in sync. */
  readonly waitUntilInSync: () => Promise<void>
  /** Waits until a broker that hangs leads no partition any more. */
  readonly waitUntilDeposed: (broker: number) => Promise<void>
  /** As the brokers do with a group that has had no member for a week; waits until it has none. */
  readonly forgetPositions: (group: string) => Promise<void>
  /** Deletes the records before an offset. */
  readonly deleteRecords: (position: Position) => Promise<void>
  readonly stop: () => Promise<void>
}

/** undefined, after a notice, where Kafka or the registry cannot run. */
export async function startCluster({ brokers, registry }: ClusterOptions): Promise<ChaosCluster | undefined> {
  const [registryPort, ...ports] = await freePorts(1 + 2 * brokers)
  const routes = Array.from({ length: brokers }, (_, index) => ({
    broker: index + 1,
    target: at(ports, 2 * index),
    port: at(ports, 2 * index + 1),
  }))
  const [kafka, started] = await Promise.all([
    startKafkaFromJars({
      brokers,
      // The optimising compiler would take a third of the CPU, and brokers do not run long enough for it.
      java: ['-XX:TieredStopAtLevel=1'],
      // Clients have their own listener, which advertises the address of its proxy.
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
    registry === undefined ? startRegistry() : undefined,
  ])
  const url = registry ?? started?.url
  const ids = routes.map(({ broker }) => broker)
  const stopServers = async (): Promise<void> => {
    // Their data is not needed any more.
    if (kafka) await Promise.all(ids.map(kafka.kill))
    await Promise.all([kafka?.stop(), started?.stop()])
  }
  if (!kafka || url === undefined || registryPort === undefined) {
    await stopServers()
    return undefined
  }
  const addresses = kafka.brokers.split(',')
  const proxies = await startProxies(routes)
  const proxied = new URL(url)
  const registryProxy = await startProxies([{ broker: 0, port: registryPort, target: Number(proxied.port) }])
  proxied.port = String(registryPort)
  return {
    ids,
    directBrokers: kafka.brokers,
    proxiedBrokers: routes.map(({ port }) => `127.0.0.1:${port}`).join(),
    directRegistry: url,
    proxiedRegistry: String(proxied),
    proxies,
    cutRegistry: kind => registryProxy.cut({ kind }),
    kill: kafka.kill,
    up: kafka.up,
    pause: kafka.pause,
    resume: kafka.resume,
    waitUntilInSync: () =>
      waitUntilPartitions('all replicas are in sync', addresses, ({ isr, replicas }) => isr.length === replicas.length),
    waitUntilDeposed: broker =>
      waitUntilPartitions(
        `broker ${broker} leads no partition`,
        addresses.filter((_address, index) => ids[index] !== broker),
        ({ leader }) => leader !== broker,
      ),
    forgetPositions: group =>
      withAdmin(addresses, async admin => {
        const isEmpty = async (): Promise<boolean> => {
          const { groups } = await admin.describeGroups([group])
          return groups.every(({ members }) => members.length === 0) || pause()
        }
        await waitUntil(`${group} has no members`, isEmpty, 60_000)
        await admin.deleteGroups([group])
      }),
    deleteRecords: ({ topic, partition, offset }) =>
      withAdmin(addresses, async admin => {
        // Loads the leaders, which kafkajs needs for the deletion.
        await admin.fetchTopicOffsets(topic)
        await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
      }),
    stop: async () => {
      proxies.close()
      registryProxy.close()
      await stopServers()
    },
  }
}

/** Waits until all partitions of all topics are as these brokers should say. */
const waitUntilPartitions = (
  what: string,
  brokers: readonly string[],
  isTrue: (partition: PartitionMetadata) => boolean,
): Promise<void> =>
  withAdmin(brokers, async admin => {
    const areAll = async (): Promise<boolean> => {
      const { topics } = await admin.fetchTopicMetadata()
      return topics.every(({ partitions }) => partitions.every(isTrue))
    }
    await waitUntil(what, async () => (await areAll().catch(() => false)) || pause(), 120_000)
  })

async function withAdmin(brokers: readonly string[], use: (admin: Admin) => Promise<void>): Promise<void> {
  const { kafka, close } = createKafkaClient({ brokers, clientId: 'chaos-admin', replication: 1 })
  const admin = kafka.admin()
  try {
    await admin.connect()
    await use(admin)
  } finally {
    await admin.disconnect().catch(() => {})
    close()
  }
}

/** Polls slowly: brokers that have just started are busy. */
const pause = async (): Promise<false> => sleep(200, false as const)
