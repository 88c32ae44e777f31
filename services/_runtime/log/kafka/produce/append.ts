import { delayAbort } from '../../../core/abort.ts'
import { at, requiredValue } from '../../../core/checked.ts'
import { rejectOnTimeout } from '../../../core/deadline.ts'
import { Fault } from '../../../core/faults.ts'
import type { NewRecord } from '../../event-log.ts'
import { partitionKey } from '../../positions.ts'
import type { ClusterQuery } from '../admin/cluster-query.ts'
import { isTransient, toFault } from '../faults.ts'
import { rejectOnAbort } from '../retry.ts'
import { createRecordRouter, mergeBatches, type PartitionBatch } from './partition-batch.ts'
import type { IdempotentProducer } from './producer.ts'
import { type Sending, sendBatches, startSending } from './send.ts'

/** Waiting calls are sent together, up to about this many records. */
const maxRoundRecords = 5_000

/** An append is retried for this long. */
const appendTimeoutMs = 10_000
/** An append that has started may take this much longer when the log is closed. */
const closeGraceMs = 2_000

type PendingAppend = {
  readonly batches: readonly PartitionBatch[]
  readonly records: number
  readonly settled: PromiseWithResolvers<void>
}

export type Appender = {
  readonly append: (records: readonly NewRecord[]) => Promise<void>
  /** The next append opens a new producer: the current one does not know the partitions that a topic got since. */
  readonly resetProducer: () => void
  readonly close: () => Promise<void>
}

/**
 * Appends with one idempotent producer, in rounds: calls that arrive during a round are sent together in the next one. Rounds do not
 * overlap. A call is rejected when one of its own records was not written; the calls beside it are not affected. A producer
 * is not used again after a failure, because a failed request may have been written. Other records that are sent with its
 * sequence numbers would look like a repetition: the broker would acknowledge them without storing them.
 */
export function createAppender(openProducer: () => IdempotentProducer, query: Pick<ClusterQuery, 'leaders'>): Appender {
  const routeRecords = createRecordRouter(query)
  const queue: PendingAppend[] = []
  let open: IdempotentProducer | undefined
  let draining: Promise<void> | undefined
  const closing = new AbortController()
  const closeDeadline = delayAbort(closing.signal, closeGraceMs)

  const discard = (): void => {
    open?.discard()
    open = undefined
  }

  const sendAll = async (sendings: readonly Sending[]): Promise<void> => {
    const deadline = Date.now() + appendTimeoutMs
    const attempt = async (): Promise<void> => {
      open ??= openProducer()
      await open.connect()
      const shouldRetry = (fault: Fault): boolean =>
        isTransient(fault) && Date.now() < deadline && !closing.signal.aborted
      await sendBatches(open, sendings, query, shouldRetry)
    }
    await rejectOnTimeout(appendTimeoutMs + 5_000, 'append', rejectOnAbort(closeDeadline, attempt()))
  }

  const sendRound = async (round: readonly PendingAppend[]): Promise<void> => {
    const sendings = startSending(mergeBatches(round.flatMap(({ batches }) => batches)))
    const unsent = await sendAll(sendings).then(
      () => undefined,
      error => toFault(error, 'append'),
    )
    const refusals = sendings.flatMap(({ refused }) => [...refused.values()])
    // A record that is too large was certainly not written.
    if (unsent || refusals.some(({ code }) => code !== 'FLY_TOO_LARGE')) discard()
    settle(round, sendings, unsent)
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      let taken = 0
      for (let records = 0; taken < queue.length && records <= maxRoundRecords; taken++)
        records += at(queue, taken).records
      await sendRound(queue.splice(0, taken))
    }
    draining = undefined
  }

  return {
    async append(records) {
      if (records.length === 0) return
      const batches = await routeRecords(records)
      const settled = Promise.withResolvers<void>()
      queue.push({ batches, records: records.length, settled })
      draining ??= drain()
      await settled.promise
    },
    resetProducer: () => {
      if (!draining) discard()
    },
    close: async () => {
      closing.abort()
      await draining
      await open?.close()
    },
  }
}

/** Resolves the calls whose records were all written, and rejects the others. `unsent` is why some messages are not done. */
function settle(round: readonly PendingAppend[], sendings: readonly Sending[], unsent: Fault | undefined): void {
  const byPartition = new Map(sendings.map(sending => [partitionKey(sending.batch), { sending, next: 0 }]))
  for (const { batches, settled } of round) {
    let fault: Fault | undefined
    for (const batch of batches) {
      // The messages of a partition are in the order of the calls.
      const merged = requiredValue(byPartition, partitionKey(batch))
      const from = merged.next
      merged.next += batch.messages.length
      fault ??= faultOf(merged.sending, from, merged.next, unsent)
    }
    if (fault) settled.reject(fault)
    else settled.resolve()
  }
}

/** Why one of the messages in [from, to) was not written; undefined when all were. */
function faultOf({ refused, done }: Sending, from: number, to: number, unsent: Fault | undefined): Fault | undefined {
  for (const [index, fault] of refused) if (index >= from && index < to) return fault
  if (to <= done) return undefined
  return unsent ?? new Fault('FLY_BUG', 'an append ended before all its records were sent')
}
