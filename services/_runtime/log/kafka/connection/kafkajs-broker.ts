import type { Broker, Cluster, IHeaders, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import type { TopicPartition } from '../../event-log.ts'

/**
 * A broker of kafkajs 2.2.4 as it is. The types that come with kafkajs leave out the requests of transactions and most responses.
 * 64-bit numbers are texts. A response with an error is thrown.
 */
export type KafkajsBroker = Omit<Broker, 'fetch' | 'offsetFetch' | 'produce'> & {
  readonly nodeId: number
  fetch(request: Parameters<Broker['fetch']>[0]): Promise<FetchResponse>
  offsetFetch(request: Parameters<Broker['offsetFetch']>[0]): Promise<OffsetFetchResponse>
  produce(request: ProduceRequest): Promise<ProduceResponse>
  findGroupCoordinator(request: CoordinatorKey): Promise<{ coordinator: { nodeId: number } }>
  initProducerId(request: {
    transactionalId?: string
    transactionTimeout: number
  }): Promise<Pick<ProducerIdentity, 'producerId' | 'producerEpoch'>>
  addPartitionsToTxn(
    request: ProducerIdentity & { topics: { topic: string; partitions: number[] }[] },
  ): Promise<unknown>
  addOffsetsToTxn(request: ProducerIdentity & { groupId: string }): Promise<unknown>
  txnOffsetCommit(request: ProducerIdentity & { groupId: string; topics: CommittedTopic[] }): Promise<unknown>
  endTxn(request: ProducerIdentity & { transactionResult: boolean }): Promise<unknown>
}

/** A producer as the brokers know it. */
export type ProducerIdentity = {
  readonly transactionalId?: string
  readonly producerId: string
  readonly producerEpoch: number
}

export const groupCoordinator = 0
export const transactionCoordinator = 1

/** Names a coordinator: `groupId` is the id of a group or of a transactional producer. */
export type CoordinatorKey = {
  readonly groupId: string
  readonly coordinatorType: typeof groupCoordinator | typeof transactionCoordinator
}

/** What is sent to one partition as one batch. */
export type ProducerBatch = TopicPartition & { readonly messages: readonly Message[] }

type ProduceRequest = Omit<Parameters<Broker['produce']>[0], 'producerId'> & { producerId: number | string }
export type ProduceResponse = {
  topics: { topicName: string; partitions: { partition: number; errorCode: number; baseOffset: string }[] }[]
}
type CommittedTopic = { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }
type OffsetFetchResponse = {
  responses: { topic: string; partitions: { partition: number; offset: string; metadata: string | null }[] }[]
}
type FetchResponse = { responses: { topicName: string; partitions: FetchedPartition[] }[] }

export type FetchedPartition = {
  readonly partition: number
  readonly lastStableOffset: string
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[] | null
  readonly messages: readonly FetchedMessage[]
}

type FetchedMessage = {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
  readonly isControlRecord: boolean
  readonly batchContext: {
    readonly firstOffset: string
    readonly lastOffsetDelta: number
    readonly producerId: string
    readonly inTransaction: boolean
  }
}

export const findBroker = async (cluster: Cluster, nodeId: number | string): Promise<KafkajsBroker> =>
  (await cluster.findBroker({ nodeId: String(nodeId) })) as KafkajsBroker

/** The first of the brokers that can be connected: one that hangs does not hold up the others. */
export async function findReachableBroker(cluster: Cluster): Promise<KafkajsBroker> {
  // A cluster that was reopened after a failure knows no brokers yet.
  await cluster.refreshMetadataIfNecessary()
  const found = cluster.getNodeIds().map(nodeId => findBroker(cluster, nodeId))
  return Promise.any(found).catch((error: AggregateError) => {
    throw error.errors[0] ?? new Fault('FLY_BROKER', 'none of the brokers can be reached')
  })
}

export const findController = async (cluster: Cluster): Promise<KafkajsBroker> =>
  (await cluster.findControllerBroker()) as KafkajsBroker

/** The broker that coordinates a group or the transactions of a producer. */
export const findCoordinator = async (cluster: Cluster, key: CoordinatorKey): Promise<KafkajsBroker> =>
  (await cluster.findGroupCoordinator(key)) as KafkajsBroker
