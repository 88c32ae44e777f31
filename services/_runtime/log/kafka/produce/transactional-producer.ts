import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from 'kafkajs'
import type { Position } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { errorType } from '../faults.ts'
import {
  concurrentTransactions,
  type IdempotentProducer,
  openIdentifiedProducer,
  type ProducerIdBroker,
  type ProducerIdentity,
} from './producer.ts'

/** A producer whose records, and a group's offsets with them, become visible at `commit` or never. It does not abort: the next producer with its id does. */
export type TransactionalProducer = IdempotentProducer & {
  /** To be called before anything is sent to these partitions, at least one; begins the transaction. */
  readonly addPartitions: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Adds positions of a group, each marked with a note. */
  readonly sendOffsets: (group: string, positions: readonly Position[], commitMarker: string) => Promise<void>
  readonly commit: () => Promise<void>
}

type TopicPartition = { readonly topic: string; readonly partition: number }

/** What kafkajs's brokers can do and its types do not tell. */
type CoordinatorBroker = ProducerIdBroker & {
  readonly nodeId: number
  readonly addPartitionsToTxn: (
    asked: ProducerIdentity & { readonly topics: readonly TopicPartitions[] },
  ) => Promise<unknown>
  readonly addOffsetsToTxn: (asked: ProducerIdentity & { readonly groupId: string }) => Promise<unknown>
  readonly txnOffsetCommit: (
    asked: ProducerIdentity & { readonly groupId: string; readonly topics: readonly TopicOffsets[] },
  ) => Promise<unknown>
  readonly endTxn: (asked: ProducerIdentity & { readonly transactionResult: boolean }) => Promise<unknown>
}
type TopicPartitions = { readonly topic: string; readonly partitions: readonly number[] }
type TopicOffsets = {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: string }[]
}

const groupCoordinatorType = 0
const transactionCoordinatorType = 1

/** Its first call to the broker fences the producer that had this id before, and aborts that one's open transaction. */
export function createTransactionalProducer(
  settings: KafkaSettings,
  transactionalId: string,
  transactionTimeout: number,
): TransactionalProducer {
  const nodes = new Map<string, string>()

  /** Who coordinates does not change without an error, after which this producer is not used again. */
  const findCoordinator = async (on: Cluster, coordinatorType: number, groupId: string): Promise<CoordinatorBroker> => {
    const place = `${coordinatorType}/${groupId}`
    const nodeId = nodes.get(place)
    if (nodeId !== undefined) return (await on.findBroker({ nodeId })) as CoordinatorBroker
    const asked = { groupId, coordinatorType }
    const found = (await on.findGroupCoordinator(asked)) as CoordinatorBroker
    nodes.set(place, String(found.nodeId))
    return found
  }
  const { producer, cluster, identity } = openIdentifiedProducer(settings, async on => {
    nodes.clear()
    const first = await findCoordinator(on, transactionCoordinatorType, transactionalId)
    return { transactionalId, ...(await first.initProducerId({ transactionalId, transactionTimeout })) }
  })
  const transactionCoordinator = (): Promise<CoordinatorBroker> =>
    findCoordinator(cluster, transactionCoordinatorType, transactionalId)

  return {
    ...producer,
    async addPartitions(places) {
      const who = await identity()
      const broker = await transactionCoordinator()
      const topics = Array.from(
        Map.groupBy(places, ({ topic }) => topic),
        ([topic, all]) => ({
          topic,
          partitions: all.map(({ partition }) => partition),
        }),
      )
      await retryWhileBusy(() => broker.addPartitionsToTxn({ ...who, topics }))
    },
    async sendOffsets(groupId, positions, metadata) {
      const who = await identity()
      const broker = await transactionCoordinator()
      await retryWhileBusy(() => broker.addOffsetsToTxn({ ...who, groupId }))
      const topics = positions.map(({ topic, partition, offset }) => ({
        topic,
        partitions: [{ partition, offset: String(offset), metadata }],
      }))
      await (await findCoordinator(cluster, groupCoordinatorType, groupId)).txnOffsetCommit({ ...who, groupId, topics })
    },
    async commit() {
      const who = await identity()
      await (await transactionCoordinator()).endTxn({ ...who, transactionResult: true })
    },
  }
}

async function retryWhileBusy(add: () => Promise<unknown>): Promise<void> {
  for (let wait = 2, tries = 1; ; wait = Math.min(100, wait * 2), tries++)
    try {
      await add()
      return
    } catch (error) {
      if (errorType(error) !== concurrentTransactions || tries === 100) throw error
      await sleep(wait)
    }
}
