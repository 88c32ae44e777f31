import { waitForAbort } from '#runtime/core/abort.ts'
import {
  type EventLog,
  type LogRecord,
  type NewRecord,
  type Position,
  tombstoneRetentionMs,
} from '#runtime/log/event-log.ts'
import { isBarrier } from '#runtime/state/changelog.ts'
import type { RestoreObserver, StateOwner } from '#runtime/state/partition-state.ts'
import { neverAborted } from '#test/support/never-aborted.ts'

export const unobserved: RestoreObserver = { onProgress: () => {}, onRetry: () => {} }

/** One partition of a compacted topic in memory. `readCount` says how many changes of state were read. */
export class InMemoryChangelog {
  readCount = 0
  /** The clock of the broker, in ms since 1970. */
  now = 1_800_000_000_000
  /** All records that were appended, also those that compaction has removed. */
  history: readonly LogRecord[] = []
  /** How many records a broker shows that does not know the others; `null` for one that knows all. */
  #shown: number | null = null
  #wakeReaders = Promise.withResolvers<void>()
  #next = 0
  #records: LogRecord[] = []

  /** The part of an event log that reads it. */
  readonly log: { read: EventLog['read'] } = {
    read: async ([topic], { from, follow }, onRecords, signal) => {
      let next = typeof from === 'string' ? 0 : (from.find(one => one.topic === topic)?.offset ?? 0)
      while (!signal.aborted) {
        const records = this.#records.slice(0, this.#shown ?? Infinity).filter(({ offset }) => offset >= next)
        // In batches of two: readers must not rely on where a batch ends.
        for (let at = 0; at < records.length && !signal.aborted; at += 2) {
          const batch = records.slice(at, at + 2)
          this.readCount += batch.filter(record => !isBarrier(record)).length
          next = (batch.at(-1)?.offset ?? next) + 1
          await onRecords(batch)
        }
        if (!follow) return
        if (!signal.aborted) await Promise.race([this.#wakeReaders.promise, waitForAbort(signal)])
      }
    },
  }

  /** The changes of state that it holds. */
  get records(): readonly LogRecord[] {
    return this.#records.filter(record => !isBarrier(record))
  }

  /** A consumer of its partition, which commits to it. */
  owner(signal = neverAborted): StateOwner {
    return { partition: 0, signal, commit: async outputs => this.append(outputs) }
  }

  /** From now on readers see only what there is now, as from a broker that does not know it was deposed. */
  hideWhatFollows(): void {
    this.#shown = this.#records.length
  }

  /** Readers see everything again. */
  showAll(): void {
    this.#shown = null
    this.#wake()
  }

  /** Appends a transaction. Returns the position after its last record; none for no records. The commit marker has an offset too. */
  append(records: readonly NewRecord[]): readonly Position[] {
    const appended = records.map(({ topic, partition = 0, key, value, headers = {} }) => ({
      ...{ topic, partition, offset: this.#next++, timestamp: this.now, value, headers },
      key: key === null ? null : Buffer.from(key),
    }))
    this.#records.push(...appended)
    this.history = [...this.history, ...appended]
    const marker = this.#next++
    this.#wake()
    return records.slice(0, 1).map(({ topic, partition = 0 }) => ({ topic, partition, offset: marker }))
  }

  /**
   * Compaction of the records before an offset: of each key only the newest record stays. A tombstone stays too, until it is older
   * than the topic's setting says.
   */
  compact(upTo = this.#next): void {
    const newest = new Map(this.#records.map(record => [record.key?.toString(), record.offset]))
    const isTombstoneOver = ({ value, timestamp }: LogRecord): boolean =>
      value === null && timestamp < this.now - tombstoneRetentionMs
    this.#records = this.#records.filter(
      record =>
        record.offset >= upTo || (newest.get(record.key?.toString()) === record.offset && !isTombstoneOver(record)),
    )
  }

  /** Deletes all records and offsets, like a topic that was deleted and created again. */
  recreate(): void {
    this.#records = []
    this.history = []
    this.#next = 0
  }

  #wake(): void {
    this.#wakeReaders.resolve()
    this.#wakeReaders = Promise.withResolvers<void>()
  }
}
