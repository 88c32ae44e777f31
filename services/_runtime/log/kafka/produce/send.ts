import type { Fault } from '../../../core/faults.ts'
import type { Position } from '../../event-log.ts'
import type { Query } from '../connection/query.ts'
import { toFault } from '../faults.ts'
import type { Batch, OpenProducer } from './producer.ts'
import type { Bundle } from './route.ts'

/** A broker refuses a batch above 1,048,588 bytes. */
const limits = { batchBytes: 900_000, batchRecords: 1_000, requestBytes: 8_000_000 } as const

const mostTries = 200

/** How far a bundle has come; `end` is the offset after what was acknowledged of it. */
type Progress = { readonly bundle: Bundle; sent: number; end: number }

/** The broker wrote nothing: another one leads the partition now, or nobody yet. */
const moved = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'KafkaJSBrokerNotFound']

/**
 * Sends each partition's records in order and makes sure that each was acknowledged. `again` says for which failures a request
 * is repeated, exactly as it was: an idempotent producer's broker knows what it has already. Answers with the offset after
 * the last record of each partition.
 */
export async function send(
  producer: Pick<OpenProducer, 'send'>,
  bundles: readonly Bundle[],
  query: Query,
  again: (fault: Fault) => boolean = () => false,
): Promise<readonly Position[]> {
  const all = bundles.map((bundle): Progress => ({ bundle, sent: 0, end: 0 }))
  let left = all
  for (let tries = 1; left.length > 0; tries++) {
    const leaders = await query.leaders([...new Set(left.map(({ bundle }) => bundle.topic))], tries > 1)
    const parts = Map.groupBy(left, ({ bundle }) => leaders.get(bundle.topic)?.get(bundle.partition) ?? -1)
    const failures: Fault[] = []
    await Promise.all(
      Array.from(parts, ([node, part]) => sendTo(producer, node, part).catch(fault => failures.push(fault))),
    )
    const fatal = failures.find(
      fault => tries >= mostTries || !(moved.includes(String(fault.details.type)) || again(fault)),
    )
    if (fatal) throw fatal
    left = left.filter(({ bundle, sent }) => sent < bundle.messages.length)
    if (left.length > 0) await new Promise(resolve => setTimeout(resolve, Math.min(100, 2 ** tries)))
  }
  return all.map(({ bundle: { topic, partition }, end }) => ({ topic, partition, offset: end }))
}

/** Sends what is for one broker, request after request. */
async function sendTo(producer: Pick<OpenProducer, 'send'>, node: number, all: readonly Progress[]): Promise<void> {
  for (;;) {
    const request: { readonly progress: Progress; readonly batch: Batch }[] = []
    let bytes = 0
    for (const progress of all) {
      const { bundle, sent } = progress
      if (bytes > limits.requestBytes || sent === bundle.messages.length) continue
      const [end, size] = cutOf(bundle.sizes, sent)
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
function cutOf(sizes: readonly number[], from: number): readonly [end: number, bytes: number] {
  let end = from
  let bytes = 0
  do bytes += sizes[end++] ?? 0
  while (end < sizes.length && end - from < limits.batchRecords && bytes + (sizes[end] ?? 0) <= limits.batchBytes)
  return [end, bytes]
}
