import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { LogRecord } from '../event-log.ts'
import type { EmbeddedPartition } from './topics.ts'

/** A record's id is its partition times this plus its offset: 131,072 partitions of 68 billion records in a safe integer. */
const offsetsPerPartition = 2 ** 36
export const idOf = ({ id }: EmbeddedPartition, offset: number): number => id * offsetsPerPartition + offset
export const offsetOf = ({ id }: EmbeddedPartition, recordId: number): number => recordId - id * offsetsPerPartition

/** A batch ends with the record that crosses this size, so that memory is bounded however large records are. */
const maxReadBytes = 8_000_000

type RecordRow = [
  id: number,
  timestamp: number,
  key: Uint8Array | null,
  headers: string | null,
  value: Uint8Array | null,
]

/** What is inserted: everything but the offset, which is given at the commit. */
export type RoutedRecord = {
  readonly partition: EmbeddedPartition
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: string | null
}

/** The tables of records and positions, one prepared statement per use. */
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

  /** At most `max` records of [from, end), and the offset to go on from: past the gaps that deletion left. */
  read(partition: EmbeddedPartition, from: number, end: number, max: number): { records: LogRecord[]; next: number } {
    const records: LogRecord[] = []
    const { topic, number } = partition
    let bytes = 0
    for (const row of this.#select.iterate(idOf(partition, from), idOf(partition, end), max)) {
      const [id, timestamp, key, headers, value] = row as unknown as RecordRow
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

  /** When the first record from an offset on was appended; undefined where there is none. */
  firstTimestamp(partition: EmbeddedPartition, from: number): number | undefined {
    const { next } = partition
    return this.#first.get(idOf(partition, from), idOf(partition, next))?.timestamp as number | undefined
  }

  /** Where the records appended at or after a time begin, as far as the clock did not go back; the end where there is none. */
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

  /** Writes what changed in the memory copy of a partition. */
  savePartition({ id, start, next, live, cleaned }: EmbeddedPartition): void {
    this.#savePartition.run(start, next, live, cleaned, id)
  }

  /** The offset that a group committed. */
  committed(group: string, { id }: EmbeddedPartition): number | undefined {
    return this.#position.get(group, id)?.offset as number | undefined
  }

  /** Where a group goes on: its committed offset, or the oldest record. */
  resumeOffset(group: string, partition: EmbeddedPartition): number {
    const { start } = partition
    return Math.max(this.committed(group, partition) ?? start, start)
  }

  setPosition(group: string, { id }: EmbeddedPartition, offset: number): void {
    this.#setPosition.run(group, id, offset)
  }
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
