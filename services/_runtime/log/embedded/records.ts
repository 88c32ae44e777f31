import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { LogRecord } from '../event-log.ts'
import type { Partition } from './topics.ts'

/** A record's id is its partition times this plus its offset: 131,072 partitions of 68 billion records in a safe integer. */
const span = 2 ** 36
export const idOf = ({ id }: Partition, offset: number): number => id * span + offset
export const offsetOf = ({ id }: Partition, recordId: number): number => recordId - id * span

/** A batch ends with the record that crosses this size, so that memory is bounded however large records are. */
const batchBytes = 8_000_000

type Row = [id: number, timestamp: number, key: Uint8Array | null, headers: string | null, value: Uint8Array | null]

/** What is inserted: everything but the offset, which is given at the commit. */
export type Routed = {
  readonly partition: Partition
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: string | null
}

/** The tables of records and positions, one prepared statement per use. */
export class Records {
  readonly #select: StatementSync
  readonly #first: StatementSync
  readonly #insert: StatementSync
  readonly #advance: StatementSync
  readonly #position: StatementSync
  readonly #setPosition: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT * FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?')
    this.#select.setReturnArrays(true)
    this.#first = db.prepare('SELECT timestamp FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT 1')
    this.#insert = db.prepare('INSERT INTO records VALUES (?, ?, ?, ?, ?)')
    this.#advance = db.prepare('UPDATE partitions SET start = ?, next = ?, live = ?, cleaned = ? WHERE id = ?')
    this.#position = db.prepare('SELECT offset FROM positions WHERE consumers = ? AND partition = ?')
    this.#setPosition = db.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?, ?)')
  }

  /** At most `max` records of [from, end), and the offset to go on from: past the gaps that deletion left. */
  read(partition: Partition, from: number, end: number, max: number): { records: LogRecord[]; next: number } {
    const records: LogRecord[] = []
    const { topic, number } = partition
    let bytes = 0
    for (const row of this.#select.iterate(idOf(partition, from), idOf(partition, end), max)) {
      const [id, timestamp, key, headers, value] = row as unknown as Row
      const offset = offsetOf(partition, id)
      records.push({
        topic,
        partition: number,
        offset,
        timestamp,
        key: key && bufferOf(key),
        value: value && bufferOf(value),
        headers: headers === null ? none : JSON.parse(headers),
      })
      bytes += value?.length ?? 0
      if (bytes > batchBytes || records.length === max) return { records, next: offset + 1 }
    }
    return { records, next: end }
  }

  /** When the first record from an offset on was appended; undefined where there is none. */
  firstTimestamp(partition: Partition, from: number): number | undefined {
    const { next } = partition
    return this.#first.get(idOf(partition, from), idOf(partition, next))?.timestamp as number | undefined
  }

  /** Where the records appended at or after a time begin, as far as the clock did not go back; the end where there is none. */
  offsetAt(partition: Partition, time: number): number {
    let [low, high] = [partition.start, partition.next]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.firstTimestamp(partition, middle) ?? time) < time) low = middle + 1
      else high = middle
    }
    return this.firstTimestamp(partition, low) === undefined ? partition.next : low
  }

  insert({ partition, key, value, headers }: Routed, timestamp: number): void {
    this.#insert.run(idOf(partition, partition.next), timestamp, key, headers, value)
    partition.next++
    partition.live++
  }

  /** Writes what changed in the memory copy of a partition. */
  advance({ id, start, next, live, cleaned }: Partition): void {
    this.#advance.run(start, next, live, cleaned, id)
  }

  /** The offset that a group committed. */
  committed(group: string, { id }: Partition): number | undefined {
    return this.#position.get(group, id)?.offset as number | undefined
  }

  /** Where a group goes on: its committed offset, or the oldest record. */
  position(group: string, partition: Partition): number {
    const { start } = partition
    return Math.max(this.committed(group, partition) ?? start, start)
  }

  setPosition(group: string, { id }: Partition, offset: number): void {
    this.#setPosition.run(group, id, offset)
  }
}

const none: Readonly<Record<string, string>> = Object.freeze({})

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
