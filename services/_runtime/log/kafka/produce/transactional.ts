import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from 'kafkajs'
import type { Position } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { typeOf } from '../faults.ts'
import { busy, type Identifying, type Identity, type OpenProducer, openProducer } from './producer.ts'

/** A producer whose records, and a group's offsets with them, become visible at `commit` or never. It does not abort: the next producer with its id does. */
export type TransactionalProducer = OpenProducer & {
  /** To be called before anything is sent to these partitions, at least one; begins the transaction. */
  readonly addPartitions: (places: readonly Place[]) => Promise<void>
  /** Adds positions of a group, each marked with a note. */
  readonly sendOffsets: (group: string, positions: readonly Position[], note: string) => Promise<void>
  readonly commit: () => Promise<void>
}

type Place = { readonly topic: string; readonly partition: number }

/** What kafkajs's brokers can do and its types do not tell. */
type Coordinator = Identifying & {
  readonly nodeId: number
  readonly addPartitionsToTxn: (asked: Identity & { readonly topics: readonly TopicPartitions[] }) => Promise<unknown>
  readonly addOffsetsToTxn: (asked: Identity & { readonly groupId: string }) => Promise<unknown>
  readonly txnOffsetCommit: (
    asked: Identity & { readonly groupId: string; readonly topics: readonly TopicOffsets[] },
  ) => Promise<unknown>
  readonly endTxn: (asked: Identity & { readonly transactionResult: boolean }) => Promise<unknown>
}
type TopicPartitions = { readonly topic: string; readonly partitions: readonly number[] }
type TopicOffsets = {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: string }[]
}

const ofGroups = 0
const ofTransactions = 1

/** Its first call to the broker fences the producer that had this id before, and aborts that one's open transaction. */
export function createTransactionalProducer(
  settings: KafkaSettings,
  transactionalId: string,
  transactionTimeout: number,
): TransactionalProducer {
  const nodes = new Map<string, string>()

  /** Who coordinates does not change without an error, after which this producer is not used again. */
  const coordinator = async (on: Cluster, coordinatorType: number, groupId: string): Promise<Coordinator> => {
    const place = `${coordinatorType}/${groupId}`
    const nodeId = nodes.get(place)
    if (nodeId !== undefined) return (await on.findBroker({ nodeId })) as Coordinator
    const asked = { groupId, coordinatorType }
    const found = (await on.findGroupCoordinator(asked)) as Coordinator
    nodes.set(place, String(found.nodeId))
    return found
  }
  const { producer, cluster, identity } = openProducer(settings, async on => {
    nodes.clear()
    const first = await coordinator(on, ofTransactions, transactionalId)
    return { transactionalId, ...(await first.initProducerId({ transactionalId, transactionTimeout })) }
  })
  const ofTransaction = (): Promise<Coordinator> => coordinator(cluster, ofTransactions, transactionalId)

  return {
    ...producer,
    async addPartitions(places) {
      const who = await identity()
      const broker = await ofTransaction()
      const topics = Array.from(
        Map.groupBy(places, ({ topic }) => topic),
        ([topic, all]) => ({
          topic,
          partitions: all.map(({ partition }) => partition),
        }),
      )
      await unlessBusy(() => broker.addPartitionsToTxn({ ...who, topics }))
    },
    async sendOffsets(groupId, positions, metadata) {
      const who = await identity()
      const broker = await ofTransaction()
      await unlessBusy(() => broker.addOffsetsToTxn({ ...who, groupId }))
      const topics = positions.map(({ topic, partition, offset }) => ({
        topic,
        partitions: [{ partition, offset: String(offset), metadata }],
      }))
      await (await coordinator(cluster, ofGroups, groupId)).txnOffsetCommit({ ...who, groupId, topics })
    },
    async commit() {
      const who = await identity()
      await (await ofTransaction()).endTxn({ ...who, transactionResult: true })
    },
  }
}

async function unlessBusy(add: () => Promise<unknown>): Promise<void> {
  for (let wait = 2, tries = 1; ; wait = Math.min(100, wait * 2), tries++)
    try {
      await add()
      return
    } catch (error) {
      if (typeOf(error) !== busy || tries === 100) throw error
      await sleep(wait)
    }
}
