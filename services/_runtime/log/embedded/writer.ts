import type { DatabaseSync } from 'node:sqlite'
import { at } from '../../core/checked.ts'
import type { Clock } from '../../core/clock.ts'
import { inTransaction } from '../../sqlite/transaction.ts'
import type { NewRecord, Position } from '../event-log.ts'
import { recordSize } from '../record-size.ts'
import { type EmbeddedPartition, wakeReaders } from './partition.ts'
import type { RecordStore, RoutedRecord } from './records.ts'
import type { TopicStore } from './topics.ts'

/** A transaction ends with the write that exceeds this size: a commit blocks the event loop. */
const maxTransactionBytes = 8_000_000

/** A position that a group commits. */
type GroupPosition = { readonly group: string; readonly partition: EmbeddedPartition; readonly offset: number }

/** One call of `write`. Its records and positions become visible together. */
type PendingWrite = {
  readonly records: readonly RoutedRecord[]
  readonly positions: readonly GroupPosition[]
  readonly bytes: number
  /** The offset after the last record of each partition; filled within the transaction. */
  readonly ends: Map<EmbeddedPartition, number>
  readonly settled: PromiseWithResolvers<readonly Position[]>
}

/**
 * Group commit: the writes of one turn of the event loop share one transaction, hence one sync of the disk. Promises resolve and
 * readers are woken after the commit, so that nobody sees a record that could still be lost.
 */
export class RecordWriter {
  readonly #db: DatabaseSync
  readonly #topics: TopicStore
  readonly #records: RecordStore
  readonly #clock: Clock
  #queue: PendingWrite[] = []
  #scheduled = false

  constructor(db: DatabaseSync, topics: TopicStore, records: RecordStore, clock: Clock) {
    this.#db = db
    this.#topics = topics
    this.#records = records
    this.#clock = clock
  }

  /**
   * Resolves when all of it is durable, with the offset after the last record of each partition. Nothing is written when one
   * record has no partition (FLY_TOPIC) or is too large (FLY_TOO_LARGE).
   */
  write(outputs: readonly NewRecord[], positions: readonly GroupPosition[]): Promise<readonly Position[]> {
    let bytes = 0
    const records = outputs.map(record => {
      bytes += recordSize(record)
      return this.#route(record)
    })
    const settled = Promise.withResolvers<readonly Position[]>()
    this.#queue.push({ records, positions, bytes, ends: new Map(), settled })
    if (!this.#scheduled) setImmediate(() => this.#flush())
    this.#scheduled = true
    return settled.promise
  }

  /** Resolves when all writes so far are settled. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.#queue.at(-1)?.settled.promise])
  }

  #route(record: NewRecord): RoutedRecord {
    const { value, headers = {} } = record
    const key = typeof record.key === 'string' ? Buffer.from(record.key) : record.key
    const headersJson = Object.keys(headers).length > 0 ? JSON.stringify(headers) : null
    return { partition: this.#topics.route(record, key), key, value, headers: headersJson }
  }

  #flush(): void {
    const batch = this.#takeBatch()
    this.#scheduled = this.#queue.length > 0
    if (this.#scheduled) setImmediate(() => this.#flush())
    const before = new Map<EmbeddedPartition, { next: number; live: number }>()
    try {
      inTransaction(this.#db, () => this.#applyWrites(batch, before))
    } catch (error) {
      for (const [partition, { next, live }] of before) Object.assign(partition, { next, live })
      for (const { settled } of batch) settled.reject(error)
      return
    }
    for (const { ends, settled } of batch)
      settled.resolve(Array.from(ends, ([{ topic, number }, offset]) => ({ topic, partition: number, offset })))
    wakeReaders(before.keys())
  }

  #takeBatch(): PendingWrite[] {
    let taken = 0
    for (let bytes = 0; taken < this.#queue.length && bytes <= maxTransactionBytes; taken++)
      bytes += at(this.#queue, taken).bytes
    return this.#queue.splice(0, taken)
  }

  #applyWrites(batch: readonly PendingWrite[], before: Map<EmbeddedPartition, { next: number; live: number }>): void {
    const timestamp = this.#clock.now()
    for (const { records, positions, ends } of batch) {
      for (const record of records) {
        const { partition } = record
        if (!before.has(partition)) before.set(partition, { next: partition.next, live: partition.live })
        this.#records.insert(record, timestamp)
        ends.set(partition, partition.next)
      }
      for (const { group, partition, offset } of positions) this.#records.setPosition(group, partition, offset)
    }
    for (const partition of before.keys()) this.#records.savePartition(partition)
  }
}
