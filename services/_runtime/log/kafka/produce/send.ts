import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../../../core/backoff.ts'
import { at } from '../../../core/checked.ts'
import type { Fault } from '../../../core/faults.ts'
import type { Position } from '../../event-log.ts'
import type { ClusterQuery } from '../admin/cluster-query.ts'
import type { ProducerBatch } from '../connection/kafkajs-broker.ts'
import { toFault } from '../faults.ts'
import type { PartitionBatch } from './partition-batch.ts'
import type { IdempotentProducer } from './producer.ts'

/** A broker refuses a batch above 1,048,588 bytes. */
const limits = { batchBytes: 900_000, batchRecords: 1_000, requestBytes: 8_000_000 } as const

const maxAttempts = 250
const backoff = { firstMs: 2, maxMs: 100 } as const

/** The number of messages of a batch that were acknowledged; `end` is the offset after them. */
type SendProgress = { readonly batch: PartitionBatch; sent: number; end: number }

/** The broker wrote nothing: another broker leads the partition now, or none yet. */
const notLeaderErrors = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'KafkaJSBrokerNotFound']

/**
 * Sends the records of each partition in order and checks that all were acknowledged. Requests that wrote nothing are repeated, and
 * those for whose fault `shouldRetry` says so. A repeated request has the same batches, which an idempotent producer's broker
 * recognises. Returns the offset after the last record of each partition.
 */
export async function sendBatches(
  producer: Pick<IdempotentProducer, 'send'>,
  batches: readonly PartitionBatch[],
  query: Pick<ClusterQuery, 'leaders'>,
  shouldRetry: (fault: Fault) => boolean = () => false,
): Promise<readonly Position[]> {
  const all = batches.map((batch): SendProgress => ({ batch, sent: 0, end: 0 }))
  let left = all
  for (let attempts = 1; left.length > 0; attempts++) {
    const leaders = await query.leaders([...new Set(left.map(({ batch }) => batch.topic))], attempts > 1)
    // A broker may not know a new partition yet: as without a leader, the request is retried.
    const byBroker = Map.groupBy(left, ({ batch }) => leaders.get(batch.topic)?.get(batch.partition) ?? -1)
    const failures: Fault[] = []
    await Promise.all(
      Array.from(byBroker, ([node, part]) => sendToBroker(producer, node, part).catch(fault => failures.push(fault))),
    )
    const isRetried = (fault: Fault): boolean =>
      attempts < maxAttempts && (notLeaderErrors.includes(String(fault.details.type)) || shouldRetry(fault))
    const fatal = failures.find(fault => !isRetried(fault))
    if (fatal) throw fatal
    left = left.filter(({ batch, sent }) => sent < batch.messages.length)
    if (left.length > 0) await sleep(backoffMs(attempts - 1, backoff))
  }
  return all.map(({ batch: { topic, partition }, end }) => ({ topic, partition, offset: end }))
}

/** Sends the messages for one broker, request after request. */
async function sendToBroker(
  producer: Pick<IdempotentProducer, 'send'>,
  node: number,
  all: readonly SendProgress[],
): Promise<void> {
  for (;;) {
    const request: { readonly progress: SendProgress; readonly batch: ProducerBatch }[] = []
    let bytes = 0
    for (const progress of all) {
      const { batch, sent } = progress
      if (bytes > limits.requestBytes || sent === batch.messages.length) continue
      const cut = nextCut(batch.sizes, sent)
      bytes += cut.bytes
      request.push({ progress, batch: { ...batch, messages: batch.messages.slice(sent, cut.end) } })
    }
    if (request.length === 0) return
    const batches = request.map(({ batch }) => batch)
    const baseOffsets = await producer.send(node, batches).catch(error => {
      throw toFault(error, 'send')
    })
    for (const [index, { progress, batch }] of request.entries()) {
      progress.sent += batch.messages.length
      progress.end = at(baseOffsets, index) + batch.messages.length
    }
  }
}

/** Where the batch ends that starts at `from`, and its bytes. Always the same for the same batch, so that a broker recognises it. */
function nextCut(sizes: readonly number[], from: number): { readonly end: number; readonly bytes: number } {
  let bytes = at(sizes, from)
  let end = from + 1
  while (end < sizes.length && end - from < limits.batchRecords) {
    const size = sizes[end] as number
    if (bytes + size > limits.batchBytes) break
    bytes += size
    end++
  }
  return { end, bytes }
}
