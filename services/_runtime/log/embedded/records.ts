import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Fault } from '../../core/faults.ts'
import type { LogRecord } from '../event-log.ts'
import type { EmbeddedPartition } from './partition.ts'

/** A record's id is its partition's id times this, plus its offset: 131,072 partitions of 68 billion records in a safe integer. */
const offsetsPerPartition = 2 ** 36
export const idOf = ({ id }: EmbeddedPartition, offset: number): number => id * offsetsPerPartition + offset
export const offsetOf = ({ id }: EmbeddedPartition, recordId: number): number => recordId - id * offsetsPerPartition

/** A batch ends with the record that exceeds this size, which bounds the memory. */
const maxReadBytes = 8_000_000

type RecordRow = [
  id: number,
  timestamp: number,
  key: Uint8Array | null,
  headers: string | null,
  value: Uint8Array | null,
]

/** A record whose partition is known. It gets its offset when it is inserted. `headers` is JSON, null where there are none. */
export type RoutedRecord = {
  readonly partition: EmbeddedPartition
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: string | null
}

/** The tables of records and of committed positions. */
export class RecordStore {
  readonly #select: StatementSync
  readonly #first: StatementSync
  readonly #insert: StatementSync
  readonly #savePartition: StatementSync
  readonly #position: StatementSync
  readonly #setPosition: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT * FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?')
    this.#select.setReturnArrays(true)
    this.#first = db.prepare('SELECT timestamp FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT 1')
    this.#insert = db.prepare('INSERT INTO records VALUES (?, ?, ?, ?, ?)')
    this.#savePartition = db.prepare('UPDATE partitions SET start = ?, next = ?, live = ?, cleaned = ? WHERE id = ?')
    this.#position = db.prepare('SELECT offset FROM positions WHERE consumers = ? AND partition = ?')
    this.#setPosition = db.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?, ?)')
  }

  /** At most `max` records of [from, end), and the offset to continue from, which is after any gap that deletion left. */
  read(partition: EmbeddedPartition, from: number, end: number, max: number): { records: LogRecord[]; next: number } {
    const records: LogRecord[] = []
    const { topic, number } = partition
    let bytes = 0
    for (const row of this.#select.iterate(idOf(partition, from), idOf(partition, end), max)) {
      assertRow(row)
      const [id, timestamp, key, headers, value] = row
      const offset = offsetOf(partition, id)
      records.push({
        topic,
        partition: number,
        offset,
        timestamp,
        key: key && toBuffer(key),
        value: value && toBuffer(value),
        headers: headers === null ? noHeaders : JSON.parse(headers),
      })
      bytes += value?.length ?? 0
      if (bytes > maxReadBytes || records.length === max) return { records, next: offset + 1 }
    }
    return { records, next: end }
  }

  /** The append time of the first record at or after an offset; undefined where there is none. */
  firstTimestamp(partition: EmbeddedPartition, from: number): number | undefined {
    const { next } = partition
    return this.#first.get(idOf(partition, from), idOf(partition, next))?.timestamp as number | undefined
  }

  /** The offset of the first record appended at or after a time, if the clock never went back; the end where there is none. */
  offsetAt(partition: EmbeddedPartition, time: number): number {
    let [low, high] = [partition.start, partition.next]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.firstTimestamp(partition, middle) ?? time) < time) low = middle + 1
      else high = middle
    }
    return this.firstTimestamp(partition, low) === undefined ? partition.next : low
  }

  insert({ partition, key, value, headers }: RoutedRecord, timestamp: number): void {
    this.#insert.run(idOf(partition, partition.next), timestamp, key, headers, value)
    partition.next++
    partition.live++
  }

  /** Writes the partition in memory to its row. */
  savePartition({ id, start, next, live, cleaned }: EmbeddedPartition): void {
    this.#savePartition.run(start, next, live, cleaned, id)
  }

  /** The offset that a group committed. */
  committed(group: string, { id }: EmbeddedPartition): number | undefined {
    return this.#position.get(group, id)?.offset as number | undefined
  }

  setPosition(group: string, { id }: EmbeddedPartition, offset: number): void {
    this.#setPosition.run(group, id, offset)
  }
}

/** `setReturnArrays` makes rows arrays, which the types of node:sqlite do not say. */
function assertRow(row: unknown): asserts row is RecordRow {
  if (!Array.isArray(row)) throw new Fault('FLY_BUG', 'a row of the table of records is not an array')
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
