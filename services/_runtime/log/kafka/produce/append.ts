import type { Fault } from '../../../core/faults.ts'
import type { NewRecord } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import type { Query } from '../connection/query.ts'
import { later, toFault, unlessAborted, within } from '../faults.ts'
import { createProducer, type OpenProducer } from './producer.ts'
import { type Bundle, merged, route } from './route.ts'
import { send } from './send.ts'

/** Calls that wait are sent together up to this many records. */
const togetherRecords = 5_000

/** How long the brokers may be away before an append is given up, and for how much longer when the log is being closed. */
const patienceMs = 10_000
const graceMs = 2_000

type Waiting = {
  readonly bundles: readonly Bundle[]
  readonly records: number
  readonly settled: PromiseWithResolvers<void>
}

export type Appender = {
  readonly append: (records: readonly NewRecord[]) => Promise<void>
  /** The next append asks the brokers anew, after topics changed. */
  readonly renew: () => void
  readonly close: () => Promise<void>
}

/**
 * Appends with one idempotent producer, one round after the other; what arrives meanwhile goes into the next together.
 * One after the other because a request that failed has used up its sequence numbers, unless it was not written: the broker
 * would take what is sent next under them for a repetition and acknowledge what it never stored. For the same reason a
 * producer is not used again after a failure.
 */
export function createAppender(settings: KafkaSettings, query: Query): Appender {
  const queue: Waiting[] = []
  let open: OpenProducer | undefined
  let draining: Promise<void> | undefined
  const closing = new AbortController()
  const tooLate = later(closing.signal, graceMs)

  const discard = (): void => {
    open?.discard()
    open = undefined
  }

  const sendAll = async (bundles: readonly Bundle[]): Promise<void> => {
    const deadline = Date.now() + patienceMs
    const attempt = async (): Promise<void> => {
      open ??= createProducer(settings)
      await open.connect()
      const again = ({ code }: Fault): boolean =>
        code === 'FLY_BROKER' && Date.now() < deadline && !closing.signal.aborted
      await send(open, bundles, query, again)
    }
    try {
      await within(patienceMs + 5_000, 'append', unlessAborted(tooLate, attempt()))
    } catch (error) {
      discard()
      throw error
    }
  }

  const settle = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await sendAll(merged(batch.flatMap(({ bundles }) => bundles)))
      for (const { settled } of batch) settled.resolve()
    } catch (error) {
      const fault = toFault(error, 'append')
      // A refusal is the fault of one call only.
      if (fault.code !== 'FLY_BROKER' && batch.length > 1) for (const one of batch) await settle([one])
      else for (const { settled } of batch) settled.reject(fault)
    }
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      let taken = 0
      for (let records = 0; taken < queue.length && records <= togetherRecords; taken++)
        records += queue[taken]?.records ?? 0
      await settle(queue.splice(0, taken))
    }
    draining = undefined
  }

  return {
    async append(records) {
      if (records.length === 0) return
      const bundles = await route(records, query)
      const settled = Promise.withResolvers<void>()
      queue.push({ bundles, records: records.length, settled })
      draining ??= drain()
      await settled.promise
    },
    renew: () => {
      if (!draining) discard()
    },
    close: async () => {
      closing.abort()
      await draining
      await open?.close()
    },
  }
}
