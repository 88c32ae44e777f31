import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings, type Settings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { createClusterQuery } from '#runtime/log/kafka/admin/cluster-query.ts'
import { createKafkaClient, openCluster } from '#runtime/log/kafka/connection/client.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { startRegistry } from '#test/support/servers/registry.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'

/** One broker and one registry with the topics of the map, and the queries of the bench. */
export type BenchCluster = {
  readonly settings: Settings
  readonly world: Runtime
  /** A temporary folder, removed at the end. */
  readonly folder: () => string
  /** Input records whose outputs a group has committed. */
  readonly committedRecords: (group: string) => Promise<number>
  /** Whether everything written to the outputs is committed. */
  readonly allCommitted: () => Promise<boolean>
  /** Sets the positions of a group without members. */
  readonly setGroupOffsets: (group: string, where: 'beginning' | 'end') => Promise<void>
  /** Offset behind the last committed output, by partition. */
  readonly outputEnds: () => Promise<ReadonlyMap<number, number>>
  readonly close: () => Promise<void>
}

export async function openBenchCluster(): Promise<BenchCluster> {
  const root = mkdtempSync(join(tmpdir(), 'flywheel-bench-'))
  const folder = (): string => mkdtempSync(join(root, 'part-'))
  const [kafka, registry] = await Promise.all([startKafkaFromJars({ brokers: 1 }), startRegistry()])
  if (!kafka || !registry) throw new Error('bench runtime needs java and mvn, for the broker and for Kafka Streams')
  const settings = readSettings({
    FLYWHEEL_HOME: folder(),
    FLYWHEEL_KAFKA: kafka.brokers,
    FLYWHEEL_REGISTRY: registry.url,
    FLYWHEEL_PORT: '0',
    FLYWHEEL_LOG_LEVEL: 'error',
  })
  const world = await openRuntime(settings)
  await ensureTopics(world)
  await world.codec.registerSchemas()
  const client = { brokers: [kafka.brokers], clientId: 'bench', replication: 1 }
  const query = createClusterQuery(client)
  const admin = createKafkaClient(client).kafka.admin()
  // kafkajs's admin client, too, returns the end of committed records only.
  const uncommitted = Object.assign(openCluster(createKafkaClient(client)), { isolationLevel: 0 })
  await Promise.all([admin.connect(), uncommitted.connect()])
  await uncommitted.addMultipleTargetTopics([topic.selectedSamples])
  const ends = async (name: string): Promise<ReadonlyMap<number, number>> =>
    (await query.offsets('end', await query.partitions([name]))).get(name) ?? new Map()
  return {
    settings,
    world,
    folder,
    outputEnds: () => ends(topic.selectedSamples),
    async committedRecords(group) {
      const found = await query.committed(group, await query.partitions([topic.chatLogs]))
      return sum([...(found.get(topic.chatLogs)?.values() ?? [])].map(({ offset }) => Math.max(0, offset)))
    },
    async allCommitted() {
      // In this order: records written after the first query may be committed before the second.
      const stable = await ends(topic.selectedSamples)
      const partitions = Array.from(stable.keys(), partition => ({ partition }))
      const [written] = await uncommitted.fetchTopicsOffset([
        { topic: topic.selectedSamples, partitions, fromBeginning: false },
      ])
      return written?.partitions.every(({ partition, offset }) => Number(offset) === stable.get(partition)) ?? false
    },
    async setGroupOffsets(group, where) {
      const to = await ends(topic.chatLogs)
      const partitions = [...to].map(([partition, end]) => ({ partition, offset: where === 'end' ? String(end) : '0' }))
      const placed = (): Promise<boolean> =>
        admin.setOffsets({ groupId: group, topic: topic.chatLogs, partitions }).then(
          () => true,
          () => false,
        )
      // A new broker has no group coordinator yet.
      await waitUntil('the group has its place', placed)
    },
    async close() {
      await Promise.all([admin.disconnect(), uncommitted.disconnect()])
      await query.close()
      await world.close()
      await Promise.all([kafka.stop(), registry.stop()])
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
