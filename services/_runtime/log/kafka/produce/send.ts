import type { Fault } from '../../../core/faults.ts'
import type { Position } from '../../event-log.ts'
import type { ClusterQuery } from '../connection/cluster-query.ts'
import { toFault } from '../faults.ts'
import type { PartitionBatch } from './partition-batch.ts'
import type { IdempotentProducer, ProducerBatch } from './producer.ts'

/** A broker refuses a batch above 1,048,588 bytes. */
const limits = { batchBytes: 900_000, batchRecords: 1_000, requestBytes: 8_000_000 } as const

const maxAttempts = 200

/** How far a bundle has come; `end` is the offset after what was acknowledged of it. */
type SendProgress = { readonly batch: PartitionBatch; sent: number; end: number }

/** The broker wrote nothing: another one leads the partition now, or nobody yet. */
const notLeaderErrors = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'KafkaJSBrokerNotFound']

/**
 * Sends each partition's records in order and makes sure that each was acknowledged. `again` says for which failures a request
 * is repeated, exactly as it was: an idempotent producer's broker knows what it has already. Answers with the offset after
 * the last record of each partition.
 */
export async function sendBatches(
  producer: Pick<IdempotentProducer, 'send'>,
  bundles: readonly PartitionBatch[],
  query: ClusterQuery,
  shouldRetry: (fault: Fault) => boolean = () => false,
): Promise<readonly Position[]> {
  const all = bundles.map((batch): SendProgress => ({ batch, sent: 0, end: 0 }))
  let left = all
  for (let tries = 1; left.length > 0; tries++) {
    const leaders = await query.leaders([...new Set(left.map(({ batch }) => batch.topic))], tries > 1)
    const byBroker = Map.groupBy(left, ({ batch }) => leaders.get(batch.topic)?.get(batch.partition) ?? -1)
    const failures: Fault[] = []
    await Promise.all(
      Array.from(byBroker, ([node, part]) => sendToBroker(producer, node, part).catch(fault => failures.push(fault))),
    )
    const fatal = failures.find(
      fault => tries >= maxAttempts || !(notLeaderErrors.includes(String(fault.details.type)) || shouldRetry(fault)),
    )
    if (fatal) throw fatal
    left = left.filter(({ batch, sent }) => sent < batch.messages.length)
    if (left.length > 0) await new Promise(resolve => setTimeout(resolve, Math.min(100, 2 ** tries)))
  }
  return all.map(({ batch: { topic, partition }, end }) => ({ topic, partition, offset: end }))
}

/** Sends what is for one broker, request after request. */
async function sendToBroker(
  producer: Pick<IdempotentProducer, 'send'>,
  node: number,
  all: readonly SendProgress[],
): Promise<void> {
  for (;;) {
    const request: { readonly progress: SendProgress; readonly batch: ProducerBatch }[] = []
    let bytes = 0
    for (const progress of all) {
      const { batch: bundle, sent } = progress
      if (bytes > limits.requestBytes || sent === bundle.messages.length) continue
      const [end, size] = nextCut(bundle.sizes, sent)
      bytes += size
      request.push({ progress, batch: { ...bundle, messages: bundle.messages.slice(sent, end) } })
    }
    if (request.length === 0) return
    const batches = request.map(({ batch }) => batch)
    const firsts = await producer.send(node, batches).catch(error => {
      throw toFault(error, 'send')
    })
    for (const [index, { progress, batch }] of request.entries()) {
      progress.sent += batch.messages.length
      progress.end = (firsts[index] ?? 0) + batch.messages.length
    }
  }
}

/** Where a batch that begins at `from` ends, and its bytes; always the same, so that the broker knows a repeated batch. */
function nextCut(sizes: readonly number[], from: number): readonly [end: number, bytes: number] {
  let end = from
  let bytes = 0
  do bytes += sizes[end++] ?? 0
  while (end < sizes.length && end - from < limits.batchRecords && bytes + (sizes[end] ?? 0) <= limits.batchBytes)
  return [end, bytes]
}
