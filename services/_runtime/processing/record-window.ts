import { targetBatchMs } from '../core/batch-size.ts'
import type { TimeLimit } from '../core/time-limit.ts'
import type { LogRecord, PartitionConsumer, PositionGap } from '../log/event-log.ts'
import type { RunnableService } from './any-service.ts'
import type { ProcessingContext } from './context.ts'
import { gatherLimit, type PrepareContext, prepareRecord } from './prepare-record.ts'
import type { PreparedRecord } from './prepared-record.ts'

/** No more records are polled while those of the window have more bytes than this. */
const maxWindowBytes = 8_388_608

type WindowContext = PrepareContext & Pick<ProcessingContext, 'settings'>

type Entry = { readonly bytes: number; prepared: PreparedRecord | undefined }

/**
 * The polled records of a partition that are not committed yet, in their order. Their facts are gathered several at a time, while
 * earlier ones are committed. A slow `gather` holds up those behind it only, and a failed commit repeats no `gather`.
 */
export class RecordWindow {
  readonly #service: RunnableService
  readonly #consumer: PartitionConsumer
  readonly #context: WindowContext
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  readonly #entries = new Map<LogRecord, Entry>()
  /** The records whose preparation has not begun. */
  readonly #waiting = new Set<LogRecord>()
  readonly #workers = new Set<Promise<void>>()
  readonly #idleLimits: TimeLimit[] = []
  readonly #polling: Promise<void>
  #bytes = 0
  #unprepared = 0
  /** How many records the next batch may have. */
  #wanted: number
  #gaps: readonly PositionGap[] = []
  #isOverdue = false
  #failure: { readonly error: unknown } | undefined
  #wakeNext = (): void => {}
  #wakePolling = (): void => {}

  constructor(service: RunnableService, consumer: PartitionConsumer, context: WindowContext, wanted: number) {
    this.#service = service
    this.#consumer = consumer
    this.#context = context
    this.#wanted = wanted
    this.#signal = AbortSignal.any([consumer.signal, this.#closing.signal])
    this.#signal.addEventListener('abort', () => this.#wakeAll(), { once: true })
    this.#polling = this.#poll()
  }

  /**
   * Waits for records and returns at most `max`, those that are prepared before the first that is not. It waits until all polled
   * ones are prepared, but no longer than a batch should take. They stay in the window until `remove`. Empty once the partition is
   * revoked, and where there are `gaps`. Rejects with the error of a `gather` that stops the service.
   */
  async next(max: number): Promise<readonly PreparedRecord[]> {
    this.#wanted = max
    this.#wakePolling()
    this.#isOverdue = false
    let timer: NodeJS.Timeout | undefined
    try {
      for (;;) {
        if (this.#failure) throw this.#failure.error
        if (this.#signal.aborted || this.gaps.length > 0) return []
        const batch = this.#prepared(max)
        if (batch.length === max || (batch.length > 0 && (this.#unprepared === 0 || this.#isOverdue))) return batch
        timer ??= setTimeout(() => {
          this.#isOverdue = true
          this.#wakeNext()
        }, targetBatchMs)
        await new Promise<void>(resolve => {
          this.#wakeNext = resolve
        })
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Deleted records that come next, once all records before them are committed. Nothing is polled until `removeGaps`: a record after
   * them must not be committed before it is decided whether the service goes on.
   */
  get gaps(): readonly PositionGap[] {
    return this.#entries.size === 0 ? this.#gaps : []
  }

  /** Goes on after the gaps. */
  removeGaps(): void {
    this.#gaps = []
    this.#wakePolling()
  }

  /** Removes records that are committed. */
  remove(committed: readonly PreparedRecord[]): void {
    for (const { record } of committed) {
      this.#bytes -= this.#entries.get(record)?.bytes ?? 0
      this.#entries.delete(record)
    }
    this.#wakePolling()
  }

  /** Ends what is being gathered. A waiting poll is waited for only once the partition is revoked, since nothing else ends it. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#workers)
    for (const limit of this.#idleLimits) limit.close()
    if (this.#consumer.signal.aborted) await this.#polling
  }

  #prepared(max: number): readonly PreparedRecord[] {
    const batch: PreparedRecord[] = []
    for (const { prepared } of this.#entries.values()) {
      if (prepared === undefined || batch.length === max) break
      batch.push(prepared)
    }
    return batch
  }

  async #poll(): Promise<void> {
    const { gatherConcurrency } = this.#context.settings
    while (!this.#signal.aborted) {
      const chunk = Math.max(this.#wanted, gatherConcurrency)
      const isFull = this.#waiting.size > 0 || this.#entries.size >= 2 * chunk || this.#bytes > maxWindowBytes
      if (isFull || this.#gaps.length > 0) {
        await new Promise<void>(resolve => {
          this.#wakePolling = resolve
        })
        continue
      }
      try {
        this.#add(await this.#consumer.poll(chunk))
      } catch (error) {
        return this.#fail(error)
      }
    }
  }

  #add(records: readonly LogRecord[]): void {
    if (this.#signal.aborted) return
    if (records.length === 0) {
      this.#gaps = this.#consumer.takeGaps()
      this.#wakeNext()
    }
    for (const record of records) {
      const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0)
      this.#bytes += bytes
      this.#unprepared++
      this.#entries.set(record, { bytes, prepared: undefined })
      this.#waiting.add(record)
    }
    const { gatherConcurrency } = this.#context.settings
    while (this.#waiting.size > 0 && this.#workers.size < gatherConcurrency) this.#startWorker()
  }

  #startWorker(): void {
    const worker: Promise<void> = this.#prepareWaiting()
      .catch(error => this.#fail(error))
      .finally(() => this.#workers.delete(worker))
    this.#workers.add(worker)
  }

  /** Prepares one record after another until none is waiting. */
  async #prepareWaiting(): Promise<void> {
    const limit = this.#idleLimits.pop() ?? gatherLimit(this.#service, this.#signal)
    for (const record of this.#waiting) {
      this.#waiting.delete(record)
      if (this.#waiting.size === 0) this.#wakePolling()
      const prepared = await prepareRecord(this.#service, record, this.#context, limit, this.#signal)
      if (this.#signal.aborted) break
      const entry = this.#entries.get(record)
      if (entry) entry.prepared = prepared
      this.#unprepared--
      if (this.#unprepared === 0 || this.#isOverdue) this.#wakeNext()
    }
    this.#idleLimits.push(limit)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#closing.abort()
  }

  #wakeAll(): void {
    this.#wakeNext()
    this.#wakePolling()
  }
}
