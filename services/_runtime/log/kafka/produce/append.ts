import { delayAbort } from '../../../core/abort.ts'
import { at } from '../../../core/checked.ts'
import type { NewRecord } from '../../event-log.ts'
import type { ClusterQuery } from '../admin/cluster-query.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { isTransient, toFault } from '../faults.ts'
import { rejectOnAbort, rejectOnTimeout } from '../retry.ts'
import { createRecordRouter, mergeBatches, type PartitionBatch } from './partition-batch.ts'
import { createIdempotentProducer, type IdempotentProducer } from './producer.ts'
import { sendBatches } from './send.ts'

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
 * overlap, and a producer is not used again after a failure, because a failed request may have been written. Other
 * records that are sent with its sequence numbers would look like a repetition: the broker would acknowledge them without
 * storing them.
 */
export function createAppender(settings: KafkaSettings, query: ClusterQuery): Appender {
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

  const sendAll = async (batches: readonly PartitionBatch[]): Promise<void> => {
    const deadline = Date.now() + appendTimeoutMs
    const attempt = async (): Promise<void> => {
      open ??= createIdempotentProducer(settings)
      await open.connect()
      const shouldRetry = (error: unknown): boolean =>
        isTransient(error) && Date.now() < deadline && !closing.signal.aborted
      await sendBatches(open, batches, query, shouldRetry)
    }
    try {
      await rejectOnTimeout(appendTimeoutMs + 5_000, 'append', rejectOnAbort(closeDeadline, attempt()))
    } catch (error) {
      discard()
      throw error
    }
  }

  const sendRound = async (round: readonly PendingAppend[]): Promise<void> => {
    try {
      await sendAll(mergeBatches(round.flatMap(({ batches }) => batches)))
      for (const { settled } of round) settled.resolve()
    } catch (error) {
      const fault = toFault(error, 'append')
      // A refusal is caused by one call: the others are sent again without it.
      if (!isTransient(fault) && round.length > 1) for (const one of round) await sendRound([one])
      else for (const { settled } of round) settled.reject(fault)
    }
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
