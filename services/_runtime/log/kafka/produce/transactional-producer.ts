import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../../../core/backoff.ts'
import { at } from '../../../core/checked.ts'
import type { Position, TopicPartition } from '../../event-log.ts'
import type { ByPartition, PartitionsByTopic } from '../admin/by-partition.ts'
import { type CommittedOffset, fetchCommittedOffsets } from '../admin/committed-offsets.ts'
import type { KafkaSettings } from '../connection/client.ts'
import {
  type CoordinatorKey,
  findBroker,
  findCoordinator,
  groupCoordinator,
  type KafkajsBroker,
  transactionCoordinator,
} from '../connection/kafkajs-broker.ts'
import { errorType } from '../faults.ts'
import { concurrentTransactions, type IdempotentProducer, openIdentifiedProducer } from './producer.ts'

/**
 * A producer whose records become visible at `commit`, together with a group's committed offsets, or never. It does not abort
 * transactions: the next producer with its id does.
 */
export type TransactionalProducer = IdempotentProducer & {
  /** Must be called, with at least one partition, before anything is sent to these partitions. Begins the transaction. */
  readonly addPartitions: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Adds positions of a group to the transaction, each stored with the marker. */
  readonly sendOffsets: (group: string, positions: readonly Position[], commitMarker: string) => Promise<void>
  readonly commit: () => Promise<void>
  /**
   * What a group has committed in these partitions, at least one. Must be called outside of a transaction. It includes everything that
   * was committed before this producer was connected.
   */
  readonly committedOffsets: (group: string, partitions: PartitionsByTopic) => Promise<ByPartition<CommittedOffset>>
}

/** Its first request fences the previous producer with this id, and aborts that producer's open transaction. */
export function createTransactionalProducer(
  settings: KafkaSettings,
  transactionalId: string,
  transactionTimeout: number,
): TransactionalProducer {
  const coordinatorNodes = new Map<string, number>()

  const { producer, cluster, identity } = openIdentifiedProducer(settings, async () => {
    coordinatorNodes.clear()
    const coordinator = await ownCoordinator()
    return { transactionalId, ...(await coordinator.initProducerId({ transactionalId, transactionTimeout })) }
  })
  /** Looked up once: a coordinator changes only with an error, and after an error this producer is not used again. */
  const coordinatorOf = async (key: CoordinatorKey): Promise<KafkajsBroker> => {
    const name = `${key.coordinatorType}/${key.groupId}`
    const node = coordinatorNodes.get(name)
    if (node !== undefined) return findBroker(cluster, node)
    const found = await findCoordinator(cluster, key)
    coordinatorNodes.set(name, found.nodeId)
    return found
  }
  const ownCoordinator = (): Promise<KafkajsBroker> =>
    coordinatorOf({ groupId: transactionalId, coordinatorType: transactionCoordinator })

  return {
    ...producer,
    async addPartitions(partitions) {
      const self = await identity()
      const coordinator = await ownCoordinator()
      const byTopic = Map.groupBy(partitions, ({ topic }) => topic)
      const topics = Array.from(byTopic, ([topic, all]) => ({ topic, partitions: all.map(one => one.partition) }))
      await retryUntilReady(() => coordinator.addPartitionsToTxn({ ...self, topics }))
    },
    async sendOffsets(groupId, positions, metadata) {
      const self = await identity()
      const coordinator = await ownCoordinator()
      await retryUntilReady(() => coordinator.addOffsetsToTxn({ ...self, groupId }))
      const topics = positions.map(({ topic, partition, offset }) => ({
        topic,
        partitions: [{ partition, offset: String(offset), metadata }],
      }))
      const ofGroup = await coordinatorOf({ groupId, coordinatorType: groupCoordinator })
      await retryUntilReady(() => ofGroup.txnOffsetCommit({ ...self, groupId, topics }))
    },
    async commit() {
      const self = await identity()
      await (await ownCoordinator()).endTxn({ ...self, transactionResult: true })
    },
    /**
     * A coordinator that hung may not know yet that another has taken its place, and would answer with what it knew. It cannot
     * write, though: that needs its replicas. So an offset is written first, in a transaction that is aborted. The coordinator
     * that has written it answers the question.
     */
    async committedOffsets(groupId, partitions) {
      const self = await identity()
      const coordinator = await ownCoordinator()
      await retryUntilReady(() => coordinator.addOffsetsToTxn({ ...self, groupId }))
      const ofGroup = await coordinatorOf({ groupId, coordinatorType: groupCoordinator })
      const [topic, numbers] = at([...partitions], 0)
      const aborted = numbers.map(partition => ({ partition, offset: '0', metadata: '' }))
      const written = [{ topic, partitions: aborted }]
      await retryUntilReady(() => ofGroup.txnOffsetCommit({ ...self, groupId, topics: written }))
      const committed = await fetchCommittedOffsets(ofGroup, groupId, partitions)
      await coordinator.endTxn({ ...self, transactionResult: false })
      return committed
    },
  }
}

/** Short, since a transaction usually waits a few ms for the one before: with kafkajs's 300 ms the throughput is a fraction. */
const notReadyBackoff = { firstMs: 2, maxMs: 100 } as const
/** About twelve seconds. */
const maxAttempts = 130
/** The broker did nothing. One that was away does not know a topic for a moment. */
const notReadyErrors = [concurrentTransactions, 'UNKNOWN_TOPIC_OR_PARTITION']

async function retryUntilReady(request: () => Promise<unknown>): Promise<void> {
  for (let attempts = 1; ; attempts++)
    try {
      await request()
      return
    } catch (error) {
      if (!notReadyErrors.includes(errorType(error)) || attempts === maxAttempts) throw error
      await sleep(backoffMs(attempts - 1, notReadyBackoff))
    }
}
