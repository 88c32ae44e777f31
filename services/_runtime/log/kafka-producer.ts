import type { Message, Producer, ProducerConfig } from 'kafkajs'
import { Fault } from '../faults.ts'
import { createClient, type KafkaSettings } from './kafka-client.ts'

export type OpenProducer = {
  readonly producer: Producer
  /** To be called for a request with the first message of each partition in it. */
  readonly watch: (firsts: readonly Message[]) => void
  readonly close: () => Promise<void>
  /** Not used again after a failure: whatever it still has to say is not to be sent. */
  readonly discard: () => void
}

/** A request as kafkajs is about to send it. */
type Request = { readonly size: number; readonly seen: Set<Message>; readonly leaders: Set<number> }

/**
 * A producer with connections of its own, that sends each message where it says, and each request once and to one broker:
 * where kafkajs splits a request and repeats it after a part has failed, it sends other parts twice or not at all when a
 * leader has moved. For all this it uses kafkajs's partitioner, which is asked about each message of each attempt before
 * anything is sent, and which alone is told who leads which partition in kafkajs's eyes.
 */
export function createProducer(settings: KafkaSettings, config: ProducerConfig): OpenProducer {
  const { kafka, drop } = createClient(settings)
  const requests = new WeakMap<Message, Request>()
  const producer = kafka.producer({
    ...config,
    allowAutoTopicCreation: false,
    metadataMaxAge: 30_000,
    // kafkajs insists on trying again with an idempotent producer; the partitioner declines.
    retry: { initialRetryTime: 1, retries: config.idempotent ? 1 : 0 },
    createPartitioner: () => args => {
      const { partition = 0 } = args.message
      const request = requests.get(args.message)
      if (request)
        inspect(request, args.message, args.partitionMetadata.find(one => one.partitionId === partition)?.leader)
      return partition
    },
  })
  return {
    producer,
    watch(firsts) {
      const request: Request = { size: firsts.length, seen: new Set(), leaders: new Set() }
      for (const first of firsts) requests.set(first, request)
    },
    close: async () => {
      await producer.disconnect().catch(() => {})
      drop()
    },
    discard: drop,
  }
}

function inspect({ size, seen, leaders }: Request, message: Message, leader = -1): void {
  if (seen.has(message)) {
    if (seen.size === size) throw new Fault('FLY_BROKER', 'a request to append failed')
    // The attempt before did not come as far as sending.
    seen.clear()
    leaders.clear()
  }
  seen.add(message)
  leaders.add(leader)
  if (leaders.size < 2) return
  seen.clear()
  leaders.clear()
  // Under this type kafkajs asks for the leaders anew.
  throw Object.assign(new Fault('FLY_BROKER', 'leaders have moved', notSent), { type: 'LEADER_NOT_AVAILABLE' })
}

/** In a fault's `about`: the request was not even sent. */
export const notSent = { notSent: true } as const
