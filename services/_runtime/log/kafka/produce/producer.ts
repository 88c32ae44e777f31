import type { Broker, Cluster, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { createKafkaClient, type KafkaSettings, openCluster } from '../connection/client.ts'
import { errorType, retryWithBackoff } from '../faults.ts'

/** A broker still completes the transaction before, or writes down what was last added to this one. */
export const concurrentTransactions = 'CONCURRENT_TRANSACTIONS'

/** What goes to one partition as one batch. */
export type ProducerBatch = {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly Message[]
}

export type IdempotentProducer = {
  /** Resolves when the brokers know it; `send` waits for that by itself. */
  readonly connect: () => Promise<void>
  /**
   * One request to one broker, with one batch at most for a partition; answers with the offset of each one's first message.
   * After a failure the same batches may be sent again, and nothing else: they keep their sequence numbers, by which a
   * broker that has them already knows them.
   */
  readonly send: (node: number, batches: readonly ProducerBatch[]) => Promise<readonly number[]>
  readonly close: () => Promise<void>
  /** Not used again after a failure: whatever it still has to say is not to be sent. */
  readonly discard: () => void
}

/** What the brokers know a producer by. */
export type ProducerIdentity = {
  readonly transactionalId?: string
  readonly producerId: string
  readonly producerEpoch: number
}

/** What kafkajs's brokers can do and its types do not tell. */
export type ProducerIdBroker = Broker & {
  readonly initProducerId: (asked: {
    readonly transactionalId?: string
    readonly transactionTimeout: number
  }) => Promise<Pick<ProducerIdentity, 'producerId' | 'producerEpoch'>>
}

/** A producer that keeps each partition's order and has no record twice, outside of transactions. */
export function createIdempotentProducer(settings: KafkaSettings): IdempotentProducer {
  return openIdentifiedProducer(settings, async cluster => {
    const broker = (await cluster.findControllerBroker()) as ProducerIdBroker
    return broker.initProducerId({ transactionTimeout: 60_000 })
  }).producer
}

/**
 * A producer with connections of its own, under the identity that `identify` gets for it. kafkajs's own one is not used: it
 * spreads a request over brokers and repeats parts of it, gives the sequence numbers of a failed request to whatever is
 * sent next, asks for the coordinator before every step, and copies all messages of a partition once for each of them.
 */
export function openIdentifiedProducer(
  settings: KafkaSettings,
  identify: (cluster: Cluster) => Promise<ProducerIdentity>,
) {
  const client = createKafkaClient(settings)
  const cluster = openCluster(client)
  const sequences = new Map<string, number>()
  const discarding = new AbortController()
  let identified: Promise<ProducerIdentity> | undefined

  const identity = (): Promise<ProducerIdentity> => {
    identified ??= (async () => {
      await cluster.connect()
      await cluster.refreshMetadata()
      const shouldRetry = (error: unknown, tries: number): boolean =>
        tries < maxAttempts && notReadyErrors.includes(errorType(error))
      return retryWithBackoff(() => identify(cluster), shouldRetry, discarding.signal)
    })()
    return identified
  }
  const discard = (): void => {
    discarding.abort()
    client.close()
  }

  const topicData = (batches: readonly ProducerBatch[]) =>
    Array.from(Map.groupBy(batches, ({ topic }) => topic).entries(), ([topic, all]) => ({
      topic,
      partitions: all.map(({ partition, messages }) => ({
        partition,
        firstSequence: sequences.get(partitionName({ topic, partition })) ?? 0,
        messages: messages as Message[],
      })),
    }))

  const producer: IdempotentProducer = {
    connect: async () => void (await identity()),
    async send(node, batches) {
      const { transactionalId, producerId, producerEpoch } = await identity()
      const broker = await cluster.findBroker({ nodeId: String(node) })
      const answer: ProduceResponse = await broker.produce({
        ...{ acks: -1, timeout: 10_000, topicData: topicData(batches), producerEpoch },
        // Text, since it has 64 bits; kafkajs only says that it is a number.
        producerId: producerId as unknown as number,
        ...(transactionalId !== undefined && { transactionalId }),
      })
      const firsts = baseOffsets(answer)
      const missing = batches.find(batch => !firsts.has(partitionName(batch)))
      if (missing) throw new Fault('FLY_BROKER', `${partitionName(missing)} was not acknowledged`)
      for (const batch of batches) {
        const place = partitionName(batch)
        sequences.set(place, ((sequences.get(place) ?? 0) + batch.messages.length) % sequenceModulus)
      }
      return batches.map(batch => firsts.get(partitionName(batch)) ?? 0)
    },
    close: async () => {
      await cluster.disconnect().catch(() => {})
      discard()
    },
    discard,
  }
  return { producer, cluster, identity }
}

/** What a broker says that has just started, or has just become the coordinator. */
const notReadyErrors = [
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  concurrentTransactions,
]
const maxAttempts = 6

/** They begin anew after the largest signed 32-bit number. */
const sequenceModulus = 2 ** 31

type ProduceResponse = {
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[]
  }[]
}

const baseOffsets = ({ topics }: ProduceResponse): ReadonlyMap<string, number> =>
  new Map(
    topics.flatMap(({ topicName, partitions }) =>
      partitions.map(({ partition, baseOffset }) => [
        partitionName({ topic: topicName, partition }),
        Number(baseOffset),
      ]),
    ),
  )

const partitionName = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  `${topic}/${partition}`
