import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import type { Cluster } from 'kafkajs'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { at, requiredValue } from '#runtime/core/checked.ts'
import { faultAction } from '#runtime/core/faults.ts'
import type { EventLog, NewRecord } from '#runtime/log/event-log.ts'
import { type ClusterQuery, createClusterQuery } from '#runtime/log/kafka/admin/cluster-query.ts'
import type { KafkaSettings } from '#runtime/log/kafka/connection/client.ts'
import { findCoordinator, groupCoordinator } from '#runtime/log/kafka/connection/kafkajs-broker.ts'
import { createFetcher } from '#runtime/log/kafka/consume/fetch.ts'
import { openPartitionConsumer } from '#runtime/log/kafka/consume/partition-consumer.ts'
import { createReader } from '#runtime/log/kafka/consume/read.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { createTransactionalProducer } from '#runtime/log/kafka/produce/transactional-producer.ts'
import { changelogRecords } from '#runtime/state/changelog.ts'
import { openPartitionState } from '#runtime/state/partition-state.ts'
import { firstShape } from '#runtime/state/state-shape.ts'
import { createTopic, record, texts, uniqueName } from '#test/contract/event-log/support.ts'
import { unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { neverAborted } from '#test/support/never-aborted.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { stateTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'

const kafka = await startKafkaFromJars({ brokers: 3 })
afterAll(() => kafka?.stop())
const all = (kafka?.brokers ?? '').split(',')
const settingsWithout = (node?: number): KafkaSettings => ({
  brokers: all.filter((_address, index) => index + 1 !== node),
  clientId: 'test',
  replication: 3,
})

/** Questions to the brokers without one of them. */
function queryWithout(node?: number): ClusterQuery {
  const query = createClusterQuery(settingsWithout(node))
  onTestFinished(() => query.close())
  return query
}

/** The owner of partition 0 of a group, and what it asks and reads with. */
async function takeOver(group: string, topic: string) {
  const [settings, query] = [settingsWithout(), queryWithout()]
  const fetcher = createFetcher(settings)
  onTestFinished(() => fetcher.close())
  const owner = { settings, query, group, topics: [topic], partition: 0, signal: neverAborted }
  const { consumer, close } = await openPartitionConsumer(owner, fetcher, () => {})
  onTestFinished(close)
  return { query, consumer, read: createReader(settings, query, neverAborted) }
}

/** Stops a broker with SIGSTOP. It is resumed by the next request that this process sends to it after `resumeWhenAsked`. */
function hang(node: number) {
  const port = Number(at(all, node - 1).split(':')[1])
  const { write } = Socket.prototype
  kafka?.pause(node)
  const resume = (): void => {
    Socket.prototype.write = write
    kafka?.resume(node)
  }
  onTestFinished(resume)
  return {
    resumeWhenAsked(): void {
      const patched = function (this: Socket, ...args: unknown[]): boolean {
        const isWritten = Reflect.apply(write, this, args)
        if (this.remotePort === port) resume()
        return isWritten
      }
      Socket.prototype.write = patched as typeof write
    },
  }
}

const coordinatorOf = async (query: ClusterQuery, groupId: string): Promise<number> =>
  (
    await query.runOnCluster('find the coordinator', cluster =>
      findCoordinator(cluster, { groupId, coordinatorType: groupCoordinator }),
    )
  ).nodeId

const leaderOf = async (query: ClusterQuery, topic: string): Promise<number> =>
  requiredValue(requiredValue(await query.leaders([topic], true), topic), 0)

/** A coordinator that has just taken over may not be ready yet. */
async function appendWhenReady(log: EventLog, records: readonly NewRecord[]): Promise<void> {
  await waitUntil('the records are appended', async () => {
    const failure = await log.append(records).catch((error: unknown) => error)
    if (failure !== undefined && faultAction(failure) !== 'retry') throw failure
    return failure === undefined
  })
}

const nodesOf = (query: ClusterQuery): Promise<readonly number[]> =>
  query.runOnCluster('list the brokers', async cluster => {
    await cluster.refreshMetadata()
    return cluster.getNodeIds()
  })

/** Opens a log when all brokers are there. */
async function openLog(): Promise<EventLog> {
  const query = queryWithout()
  await waitUntil('all brokers are there', async () => (await nodesOf(query)).length === 3)
  const log = await openKafkaLog(settingsWithout())
  onTestFinished(() => log.close())
  return log
}

const rounds = [1, 2, 3]

describe.skipIf(!kafka)('after a broker hung and others took its place', () => {
  test.each(rounds)('a state is restored with what the new leader of its changelog has (round %d)', async () => {
    const service = uniqueName('remembers') as ServiceName
    const changelog = stateTopic(service)
    const log = await openLog()
    const input = await createTopic(log, 1)
    await log.createTopics([{ name: changelog, partitions: 1, keep: 'compact' }])
    const changes = (from: number) =>
      Array.from({ length: 100 }, (_, number) => ({ collection: 'seen', key: `k${from + number}`, value: 1 }))
    await log.append(changelogRecords(changelog, 0, changes(0), 'earlier owner'))
    const { consumer, query, read } = await takeOver(service, input)
    const leader = await leaderOf(query, changelog)
    const hung = hang(leader)
    const others = queryWithout(leader)
    await waitUntil('another broker leads', async () => ![leader, -1].includes(await leaderOf(others, changelog)))
    const outside = await openKafkaLog(settingsWithout(leader))
    onTestFinished(() => outside.close())
    await appendWhenReady(outside, changelogRecords(changelog, 0, changes(100), 'earlier owner'))
    hung.resumeWhenAsked()
    const context = { log: { read }, openSnapshot: undefined }
    const { state } = await openPartitionState(context, service, firstShape, consumer, unobserved)
    expect(state.keyCount).toBe(200)
  })

  test.each(rounds)('a group goes on at what its new coordinator knows (round %d)', async () => {
    const log = await openLog()
    const input = await createTopic(log, 1)
    const group = uniqueName('group')
    await log.append(Array.from({ length: 200 }, (_, number) => record(input, 'k', number)))
    const earlier = await takeOver(group, input)
    await earlier.consumer.commit([], [{ topic: input, partition: 0, offset: 50 }])
    const coordinator = await coordinatorOf(earlier.query, group)
    /** Commits at the new coordinator, as an owner does whose commit was under way when the partition was taken over. */
    const commitElsewhere = async (): Promise<void> => {
      const others = queryWithout(coordinator)
      await waitUntil('it is fenced', async () => !(await nodesOf(others)).includes(coordinator))
      await waitUntil('another broker coordinates', async () => (await coordinatorOf(others, group)) !== coordinator)
      const producer = createTransactionalProducer(settingsWithout(coordinator), uniqueName('other'), 60_000)
      await producer.sendOffsets(group, [{ topic: input, partition: 0, offset: 100 }], 'marker')
      await producer.commit()
      await producer.close()
    }
    let asked = 0
    nameCoordinatorOnce(group, async cluster => {
      asked++
      const broker = await cluster.findBroker({ nodeId: String(coordinator) })
      const hung = hang(coordinator)
      await commitElsewhere()
      hung.resumeWhenAsked()
      return broker
    })
    const { consumer } = await takeOver(group, input)
    expect(texts(await consumer.poll(1))).toEqual(['100'])
    expect(asked).toBe(1)
  })
})

/** The next time that this process looks for the coordinator of a group, it is told what `find` says. */
function nameCoordinatorOnce(group: string, find: (cluster: Cluster) => ReturnType<Cluster['findBroker']>): void {
  type Key = { readonly groupId: string; readonly coordinatorType?: number }
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/cluster') as {
    readonly prototype: Cluster & { findGroupCoordinator(key: Key): ReturnType<Cluster['findBroker']> }
  }
  const original = prototype.findGroupCoordinator
  const spy = vi.spyOn(prototype, 'findGroupCoordinator').mockImplementation(async function (this: Cluster, key: Key) {
    if (key.groupId !== group || key.coordinatorType !== groupCoordinator) return Reflect.apply(original, this, [key])
    spy.mockRestore()
    return find(this)
  })
  onTestFinished(() => spy.mockRestore())
}
