import type { Broker, Cluster, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { createClient, type KafkaSettings, openCluster } from '../connection/client.ts'
import { patiently, typeOf } from '../faults.ts'

/** A broker still completes the transaction before, or writes down what was last added to this one. */
export const busy = 'CONCURRENT_TRANSACTIONS'

/** What goes to one partition as one batch. */
export type Batch = { readonly topic: string; readonly partition: number; readonly messages: readonly Message[] }

export type OpenProducer = {
  /** Resolves when the brokers know it; `send` waits for that by itself. */
  readonly connect: () => Promise<void>
  /**
   * One request to one broker, with one batch at most for a partition; answers with the offset of each one's first message.
   * After a failure the same batches may be sent again, and nothing else: they keep their sequence numbers, by which a
   * broker that has them already knows them.
   */
  readonly send: (node: number, batches: readonly Batch[]) => Promise<readonly number[]>
  readonly close: () => Promise<void>
  /** Not used again after a failure: whatever it still has to say is not to be sent. */
  readonly discard: () => void
}

/** What the brokers know a producer by. */
export type Identity = {
  readonly transactionalId?: string
  readonly producerId: string
  readonly producerEpoch: number
}

/** What kafkajs's brokers can do and its types do not tell. */
export type Identifying = Broker & {
  readonly initProducerId: (asked: {
    readonly transactionalId?: string
    readonly transactionTimeout: number
  }) => Promise<Pick<Identity, 'producerId' | 'producerEpoch'>>
}

/** A producer that keeps each partition's order and has no record twice, outside of transactions. */
export function createProducer(settings: KafkaSettings): OpenProducer {
  return openProducer(settings, async cluster => {
    const broker = (await cluster.findControllerBroker()) as Identifying
    return broker.initProducerId({ transactionTimeout: 60_000 })
  }).producer
}

/**
 * A producer with connections of its own, under the identity that `identify` gets for it. kafkajs's own one is not used: it
 * spreads a request over brokers and repeats parts of it, gives the sequence numbers of a failed request to whatever is
 * sent next, asks for the coordinator before every step, and copies all messages of a partition once for each of them.
 */
export function openProducer(settings: KafkaSettings, identify: (cluster: Cluster) => Promise<Identity>) {
  const client = createClient(settings)
  const cluster = openCluster(client)
  const sequences = new Map<string, number>()
  const ending = new AbortController()
  let identified: Promise<Identity> | undefined

  const identity = (): Promise<Identity> => {
    identified ??= (async () => {
      await cluster.connect()
      await cluster.refreshMetadata()
      const again = (error: unknown, tries: number): boolean => tries < mostTries && notYet.includes(typeOf(error))
      return patiently(() => identify(cluster), again, ending.signal)
    })()
    return identified
  }
  const discard = (): void => {
    ending.abort()
    client.close()
  }

  const topicData = (batches: readonly Batch[]) =>
    Array.from(Map.groupBy(batches, ({ topic }) => topic).entries(), ([topic, all]) => ({
      topic,
      partitions: all.map(({ partition, messages }) => ({
        partition,
        firstSequence: sequences.get(placeOf({ topic, partition })) ?? 0,
        messages: messages as Message[],
      })),
    }))

  const producer: OpenProducer = {
    connect: async () => void (await identity()),
    async send(node, batches) {
      const { transactionalId, producerId, producerEpoch } = await identity()
      const broker = await cluster.findBroker({ nodeId: String(node) })
      const answer: Answer = await broker.produce({
        ...{ acks: -1, timeout: 10_000, topicData: topicData(batches), producerEpoch },
        // Text, since it has 64 bits; kafkajs only says that it is a number.
        producerId: producerId as unknown as number,
        ...(transactionalId !== undefined && { transactionalId }),
      })
      const firsts = offsetsOf(answer)
      const missing = batches.find(batch => !firsts.has(placeOf(batch)))
      if (missing) throw new Fault('FLY_BROKER', `${placeOf(missing)} was not acknowledged`)
      for (const batch of batches) {
        const place = placeOf(batch)
        sequences.set(place, ((sequences.get(place) ?? 0) + batch.messages.length) % sequenceNumbers)
      }
      return batches.map(batch => firsts.get(placeOf(batch)) ?? 0)
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
const notYet = ['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP', busy]
const mostTries = 6

/** They begin anew after the largest signed 32-bit number. */
const sequenceNumbers = 2 ** 31

type Answer = {
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[]
  }[]
}

const offsetsOf = ({ topics }: Answer): ReadonlyMap<string, number> =>
  new Map(
    topics.flatMap(({ topicName, partitions }) =>
      partitions.map(({ partition, baseOffset }) => [placeOf({ topic: topicName, partition }), Number(baseOffset)]),
    ),
  )

const placeOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  `${topic}/${partition}`
