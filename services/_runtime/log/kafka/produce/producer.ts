import type { Cluster, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { partitionKey } from '../../positions.ts'
import { createKafkaClient, type KafkaSettings, openCluster } from '../connection/client.ts'
import {
  findBroker,
  findController,
  type KafkajsBroker,
  type ProducerBatch,
  type ProducerIdentity,
} from '../connection/kafkajs-broker.ts'
import { errorOfCode, refusedProduceResponse } from '../connection/kafkajs-patches.ts'
import { errorType, toFault } from '../faults.ts'
import { retryWithBackoff } from '../retry.ts'

/** The broker is still completing the previous transaction, or still writing what was added to this one. */
export const concurrentTransactions = 'CONCURRENT_TRANSACTIONS'

export type IdempotentProducer = {
  /** Resolves when the brokers know the producer. `send` connects too. */
  readonly connect: () => Promise<void>
  /**
   * One request to one broker, with at most one batch for each partition. Returns for each batch the offset of its first message, or
   * why the broker did not acknowledge it. After a failure only the same batch may be sent again, unless the broker certainly
   * did not write it: it keeps its sequence numbers, by which a broker recognises batches that it has.
   */
  readonly send: (node: number, batches: readonly ProducerBatch[]) => Promise<readonly (number | Fault)[]>
  readonly close: () => Promise<void>
  /** Closes it at once, after a failure: requests that it has not sent are not sent any more. */
  readonly discard: () => void
}

/** A producer outside of transactions that keeps the order of each partition and writes no record twice. */
export function createIdempotentProducer(settings: KafkaSettings): IdempotentProducer {
  return openIdentifiedProducer(settings, async cluster =>
    (await findController(cluster)).initProducerId({ transactionTimeout: 60_000 }),
  ).producer
}

/** Errors of a broker that has just started, or has just become the coordinator. */
const notReadyErrors = [
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  concurrentTransactions,
]
const maxAttempts = 7

/** Sequence numbers start again at 0 after the largest signed 32-bit number. */
const sequenceModulus = 2 ** 31

/**
 * A producer with connections of its own. `identify` gets its identity from the brokers. kafkajs's producer is not used: it spreads a
 * request over brokers and repeats parts of it, reuses the sequence numbers of a failed request for other records, looks up
 * the coordinator before every step, and copies all messages of a partition once for each of them.
 */
export function openIdentifiedProducer(
  settings: KafkaSettings,
  identify: (cluster: Cluster) => Promise<ProducerIdentity>,
) {
  const client = createKafkaClient(settings)
  const cluster = openCluster(client)
  /** The sequence number of the next message; a partition without an entry starts at 0. */
  const sequences = new Map<string, number>()
  const discarding = new AbortController()
  let identified: Promise<ProducerIdentity> | undefined

  const identity = (): Promise<ProducerIdentity> => {
    identified ??= (async () => {
      await cluster.connect()
      await cluster.refreshMetadata()
      const shouldRetry = (error: unknown, attempts: number): boolean =>
        attempts < maxAttempts && notReadyErrors.includes(errorType(error))
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
        firstSequence: sequences.get(partitionKey({ topic, partition })) ?? 0,
        messages: messages as Message[],
      })),
    }))

  const producer: IdempotentProducer = {
    connect: async () => void (await identity()),
    async send(node, batches) {
      const { transactionalId, producerId, producerEpoch } = await identity()
      const broker = await findBroker(cluster, node)
      const answers = await produce(broker, {
        ...{ acks: -1, timeout: 10_000, topicData: topicData(batches), producerId, producerEpoch },
        ...(transactionalId !== undefined && { transactionalId }),
      })
      return batches.map(batch => {
        const key = partitionKey(batch)
        const answer = answers.get(key) ?? new Fault('FLY_BROKER', `${key} was not acknowledged`)
        if (typeof answer === 'number')
          sequences.set(key, ((sequences.get(key) ?? 0) + batch.messages.length) % sequenceModulus)
        return answer
      })
    },
    close: async () => {
      await cluster.disconnect().catch(() => {})
      discard()
    },
    discard,
  }
  return { producer, cluster, identity }
}

/** What a broker answers for each partition of a request, by its key: the offset of the first message, or why it was not written. */
async function produce(
  broker: KafkajsBroker,
  request: Parameters<KafkajsBroker['produce']>[0],
): Promise<ReadonlyMap<string, number | Fault>> {
  const { topics } = await broker.produce(request).catch(error => {
    // kafkajs throws when one partition was refused; the answer for the others is what it was refused with.
    const answer = refusedProduceResponse(error)
    if (!answer) throw error
    return answer
  })
  return new Map(
    topics.flatMap(({ topicName: topic, partitions }) =>
      partitions.map(({ partition, baseOffset, errorCode }) => {
        const key = partitionKey({ topic, partition })
        return [key, errorCode === 0 ? Number(baseOffset) : toFault(errorOfCode(errorCode), `write to ${key}`)] as const
      }),
    ),
  )
}
