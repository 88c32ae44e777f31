import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import { Fault } from '../../core/faults.ts'
import { maxValueBytes, type NewRecord, type Position } from '../event-log.ts'
import { toWriteFault } from './file.ts'
import type { RecordStore, RoutedRecord } from './records.ts'
import type { EmbeddedPartition, TopicStore } from './topics.ts'

/** A transaction ends with the write that crosses this size, so that one does not hold up the process for long. */
const maxTransactionBytes = 8_000_000

/** Key and headers fit into what Kafka's default limit of 1,048,588 leaves beside the largest value and the framing. */
const maxKeyAndHeaderBytes = 48_000

/** The offset to read next of a partition, for a group. */
type GroupPosition = { readonly group: string; readonly partition: EmbeddedPartition; readonly offset: number }

/** What becomes visible together. */
type PendingWrite = {
  readonly records: readonly RoutedRecord[]
  readonly positions: readonly GroupPosition[]
  readonly bytes: number
  /** The offset after the last record in each partition, as the transaction goes. */
  readonly ends: Map<EmbeddedPartition, number>
  readonly settled: PromiseWithResolvers<readonly Position[]>
}

/**
 * Group commit: the writes of one tick share one transaction, hence one sync of the disk. A promise resolves after the
 * commit, and readers are woken then, so that nobody sees what could still be lost.
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
   * Resolves when all of it is durable, with the offset after the last record in each partition. Nothing of it is written
   * when a record has no place or is too large.
   */
  write(outputs: readonly NewRecord[], positions: readonly GroupPosition[]): Promise<readonly Position[]> {
    let bytes = 0
    const records = outputs.map(record => {
      const routed = this.#route(record)
      bytes += routed.value?.length ?? 0
      return routed
    })
    const settled = Promise.withResolvers<readonly Position[]>()
    this.#queue.push({ records, positions, bytes, ends: new Map(), settled })
    if (!this.#scheduled) setImmediate(() => this.#flush())
    this.#scheduled = true
    return settled.promise
  }

  /** Resolves when what was given so far is settled. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.#queue.at(-1)?.settled.promise])
  }

  #route(record: NewRecord): RoutedRecord {
    const key = typeof record.key === 'string' ? Buffer.from(record.key) : record.key
    const { topic, value } = record
    const headers = record.headers && Object.keys(record.headers).length > 0 ? JSON.stringify(record.headers) : null
    const partition = this.#topics.route(record, key)
    const bytes = value?.length ?? 0
    const beside = (key?.length ?? 0) + Buffer.byteLength(headers ?? '')
    if (bytes > maxValueBytes || beside > maxKeyAndHeaderBytes)
      throw new Fault(
        'FLY_TOO_LARGE',
        `a record for ${topic} has ${bytes} bytes, limit ${maxValueBytes}, and key and headers of ${beside}, limit ${maxKeyAndHeaderBytes}`,
        { topic, bytes, beside },
      )
    return { partition, key, value, headers }
  }

  #flush(): void {
    const batch = this.#takeBatch()
    this.#scheduled = this.#queue.length > 0
    if (this.#scheduled) setImmediate(() => this.#flush())
    const before = new Map<EmbeddedPartition, { next: number; live: number }>()
    try {
      this.#db.exec('BEGIN')
      this.#applyWrites(batch, before)
      this.#db.exec('COMMIT')
    } catch (error) {
      for (const [partition, { next, live }] of before) Object.assign(partition, { next, live })
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      const fault = toWriteFault(error)
      for (const { settled } of batch) settled.reject(fault)
      return
    }
    for (const { ends, settled } of batch)
      settled.resolve(Array.from(ends, ([{ topic, number }, offset]) => ({ topic, partition: number, offset })))
    for (const { wakeCallbacks } of before.keys()) for (const wake of wakeCallbacks) wake()
  }

  #takeBatch(): PendingWrite[] {
    let taken = 0
    for (let bytes = 0; taken < this.#queue.length && bytes <= maxTransactionBytes; taken++)
      bytes += this.#queue[taken]?.bytes ?? 0
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
