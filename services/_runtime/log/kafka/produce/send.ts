import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../../../core/backoff.ts'
import { at, requiredValue } from '../../../core/checked.ts'
import { Fault } from '../../../core/faults.ts'
import type { Position } from '../../event-log.ts'
import type { ClusterQuery, LeadersByPartition } from '../admin/cluster-query.ts'
import type { ProducerBatch } from '../connection/kafkajs-broker.ts'
import { toFault } from '../faults.ts'
import type { PartitionBatch } from './partition-batch.ts'
import type { IdempotentProducer } from './producer.ts'

/** A broker refuses a batch above 1,048,588 bytes, unless it or the topic is configured otherwise. */
const limits = { batchBytes: 900_000, batchRecords: 1_000, requestBytes: 8_000_000 } as const

const maxAttempts = 250
const backoff = { firstMs: 2, maxMs: 100 } as const

/** How far the messages of one partition are sent. */
export type Sending = {
  readonly batch: PartitionBatch
  /** The first so many messages are done: acknowledged, or refused for good. */
  done: number
  /** The offset after the last message that was acknowledged; 0 before the first. */
  end: number
  /** Batches are not larger than this, in bytes, unless they are one message. Halved when a broker refuses one for its size. */
  batchBytes: number
  /** The messages that are not sent any more, by their index, with the reason. */
  readonly refused: Map<number, Fault>
}

export const startSending = (batches: readonly PartitionBatch[]): readonly Sending[] =>
  batches.map(batch => ({ batch, done: 0, end: 0, batchBytes: limits.batchBytes, refused: new Map() }))

/** The offset after the last message of each partition. */
export const endsOf = (sendings: readonly Sending[]): readonly Position[] =>
  sendings.map(({ batch: { topic, partition }, end }) => ({ topic, partition, offset: end }))

/** The broker wrote nothing: another broker leads the partition now, or none yet. */
const staleMetadataErrors = [
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'KafkaJSBrokerNotFound',
]

/**
 * Sends the messages of each partition in order until all are acknowledged or refused. A batch that is too large for the broker is
 * sent in halves, as Java's producer does, so only a single message can be too large. Other batches that wrote nothing are
 * repeated, and those for whose fault `shouldRetry` says so; it may throw, to end everything. A repeated batch is the same
 * as before, so an idempotent producer's broker recognises it. A partition never affects another one.
 */
export async function sendBatches(
  producer: Pick<IdempotentProducer, 'send'>,
  sendings: readonly Sending[],
  query: Pick<ClusterQuery, 'leaders'>,
  shouldRetry: (fault: Fault) => boolean,
): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    const left = sendings.filter(({ batch, done }) => done < batch.messages.length)
    if (left.length === 0) return
    if (attempts > 1) await sleep(backoffMs(attempts - 2, backoff))
    for (const [sending, fault] of await sendOnce(producer, left, query, attempts > 1)) {
      const isStale = staleMetadataErrors.includes(String(fault.details.type))
      if ((isStale && attempts < maxAttempts) || shouldRetry(fault)) continue
      const first = sending.done
      sending.done = fault.code === 'FLY_TOO_LARGE' ? first + 1 : sending.batch.messages.length
      for (let index = first; index < sending.done; index++) sending.refused.set(index, fault)
    }
  }
}

type Failures = ReadonlyMap<Sending, Fault>

/** Sends what each partition's leader accepts. Returns the partitions that were not finished, with the reason. */
async function sendOnce(
  producer: Pick<IdempotentProducer, 'send'>,
  left: readonly Sending[],
  query: Pick<ClusterQuery, 'leaders'>,
  refresh: boolean,
): Promise<Failures> {
  const failures = new Map<Sending, Fault>()
  const byNode = new Map<number, Sending[]>()
  const findLeaders = async ([topic, all]: [string, Sending[]]): Promise<void> => {
    let leaders: LeadersByPartition
    try {
      leaders = await query.leaders([topic], refresh)
    } catch (error) {
      for (const sending of all) failures.set(sending, toFault(error, `find the leaders of ${topic}`))
      return
    }
    for (const sending of all) {
      // A broker may not know a new partition yet: as without a leader, the request is retried.
      const node = requiredValue(leaders, topic).get(sending.batch.partition) ?? -1
      byNode.set(node, [...(byNode.get(node) ?? []), sending])
    }
  }
  await Promise.all([...Map.groupBy(left, ({ batch }) => batch.topic)].map(findLeaders))
  await Promise.all(Array.from(byNode, ([node, all]) => sendToBroker(producer, node, all, failures)))
  return failures
}

/** Sends the messages for one broker, request after request, until all are acknowledged or their partitions are in `failures`. */
async function sendToBroker(
  producer: Pick<IdempotentProducer, 'send'>,
  node: number,
  sendings: readonly Sending[],
  failures: Map<Sending, Fault>,
): Promise<void> {
  for (;;) {
    const request = nextRequest(sendings.filter(sending => !failures.has(sending)))
    if (request.length === 0) return
    const results = await producer
      .send(
        node,
        request.map(({ batch }) => batch),
      )
      .catch(error => {
        const fault = toFault(error, 'send')
        return request.map(() => fault)
      })
    for (const [index, { sending, batch, bytes }] of request.entries()) {
      const result = at(results, index)
      const { length } = batch.messages
      if (typeof result === 'number') {
        sending.done += length
        sending.end = result + length
      } else if (result.code !== 'FLY_TOO_LARGE') failures.set(sending, result)
      else if (length > 1) sending.batchBytes = Math.floor(bytes / 2)
      else failures.set(sending, tooLargeFault(batch.topic, bytes, result))
    }
  }
}

type RequestPart = { readonly sending: Sending; readonly batch: ProducerBatch; readonly bytes: number }

/** The next batch of each partition, as many as fit into one request. */
function nextRequest(sendings: readonly Sending[]): readonly RequestPart[] {
  const parts: RequestPart[] = []
  let bytes = 0
  for (const sending of sendings) {
    const { batch, done } = sending
    if (bytes > limits.requestBytes || done === batch.messages.length) continue
    const cut = nextCut(sending)
    bytes += cut.bytes
    parts.push({ sending, batch: { ...batch, messages: batch.messages.slice(done, cut.end) }, bytes: cut.bytes })
  }
  return parts
}

/** Where the next batch ends, and its bytes. The same until a broker answered, so that it recognises a repeated batch. */
function nextCut({ batch: { sizes }, done, batchBytes }: Sending): { readonly end: number; readonly bytes: number } {
  let bytes = at(sizes, done)
  let end = done + 1
  while (end < sizes.length && end - done < limits.batchRecords) {
    const size = sizes[end] as number
    if (bytes + size > batchBytes) break
    bytes += size
    end++
  }
  return { end, bytes }
}

const tooLargeFault = (topic: string, bytes: number, cause: Fault): Fault =>
  new Fault(
    'FLY_TOO_LARGE',
    `a record of about ${bytes} bytes is larger than ${topic} accepts: raise max.message.bytes of the topic, or send smaller records`,
    { topic, bytes },
    cause,
  )
