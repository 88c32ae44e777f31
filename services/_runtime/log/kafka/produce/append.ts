import type { Fault } from '../../../core/faults.ts'
import type { NewRecord } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import type { ClusterQuery } from '../connection/cluster-query.ts'
import { delayAbort, rejectOnAbort, toFault, withTimeout } from '../faults.ts'
import { mergeBatches, type PartitionBatch, toPartitionBatches } from './partition-batch.ts'
import { createIdempotentProducer, type IdempotentProducer } from './producer.ts'
import { sendBatches } from './send.ts'

/** Calls that wait are sent together up to this many records. */
const maxRoundRecords = 5_000

/** How long the brokers may be away before an append is given up, and for how much longer when the log is being closed. */
const appendTimeoutMs = 10_000
const closeGraceMs = 2_000

type PendingAppend = {
  readonly batches: readonly PartitionBatch[]
  readonly records: number
  readonly settled: PromiseWithResolvers<void>
}

export type Appender = {
  readonly append: (records: readonly NewRecord[]) => Promise<void>
  /** The next append asks the brokers anew, after topics changed. */
  readonly resetProducer: () => void
  readonly close: () => Promise<void>
}

/**
 * Appends with one idempotent producer, one round after the other; what arrives meanwhile goes into the next together.
 * One after the other because a request that failed has used up its sequence numbers, unless it was not written: the broker
 * would take what is sent next under them for a repetition and acknowledge what it never stored. For the same reason a
 * producer is not used again after a failure.
 */
export function createAppender(settings: KafkaSettings, query: ClusterQuery): Appender {
  const queue: PendingAppend[] = []
  let open: IdempotentProducer | undefined
  let draining: Promise<void> | undefined
  const closing = new AbortController()
  const closeDeadline = delayAbort(closing.signal, closeGraceMs)

  const discard = (): void => {
    open?.discard()
    open = undefined
  }

  const sendAll = async (bundles: readonly PartitionBatch[]): Promise<void> => {
    const deadline = Date.now() + appendTimeoutMs
    const attempt = async (): Promise<void> => {
      open ??= createIdempotentProducer(settings)
      await open.connect()
      const shouldRetry = ({ code }: Fault): boolean =>
        code === 'FLY_BROKER' && Date.now() < deadline && !closing.signal.aborted
      await sendBatches(open, bundles, query, shouldRetry)
    }
    try {
      await withTimeout(appendTimeoutMs + 5_000, 'append', rejectOnAbort(closeDeadline, attempt()))
    } catch (error) {
      discard()
      throw error
    }
  }

  const sendAndSettle = async (batch: readonly PendingAppend[]): Promise<void> => {
    try {
      await sendAll(mergeBatches(batch.flatMap(({ batches }) => batches)))
      for (const { settled } of batch) settled.resolve()
    } catch (error) {
      const fault = toFault(error, 'append')
      // A refusal is the fault of one call only.
      if (fault.code !== 'FLY_BROKER' && batch.length > 1) for (const one of batch) await sendAndSettle([one])
      else for (const { settled } of batch) settled.reject(fault)
    }
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      let taken = 0
      for (let records = 0; taken < queue.length && records <= maxRoundRecords; taken++)
        records += queue[taken]?.records ?? 0
      await sendAndSettle(queue.splice(0, taken))
    }
    draining = undefined
  }

  return {
    async append(records) {
      if (records.length === 0) return
      const batches = await toPartitionBatches(records, query)
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
