import type { EventLog, LogRecord, NewRecord, Position } from '#runtime/log/event-log.ts'

/** One partition of a compacted topic in memory. `readCount` says how many records were read. */
export class InMemoryChangelog {
  readCount = 0
  #next = 0
  #records: LogRecord[] = []

  /** The part of an event log that reads it. */
  readonly log: Pick<EventLog, 'read'> = {
    read: async ([topic], { from }, onRecords, signal) => {
      const start = typeof from === 'string' ? 0 : (from.find(one => one.topic === topic)?.offset ?? 0)
      const records = this.#records.filter(({ offset }) => offset >= start)
      // In batches of two: readers must not rely on where a batch ends.
      for (let at = 0; at < records.length && !signal.aborted; at += 2) {
        const batch = records.slice(at, at + 2)
        this.readCount += batch.length
        await onRecords(batch)
      }
    },
  }

  get records(): readonly LogRecord[] {
    return this.#records
  }

  /** Appends a transaction. Returns the position after its last record; none for no records. The commit marker has an offset too. */
  append(records: readonly NewRecord[]): readonly Position[] {
    for (const { topic, partition = 0, key, value, headers = {} } of records)
      this.#records.push({
        ...{ topic, partition, offset: this.#next++, timestamp: 0, value, headers },
        key: key === null ? null : Buffer.from(key),
      })
    const marker = this.#next++
    return records.slice(0, 1).map(({ topic, partition = 0 }) => ({ topic, partition, offset: marker }))
  }

  /** Compaction of the records before an offset: of each key only the newest record stays, unless it is a deletion. */
  compact(upTo = this.#next): void {
    const newest = new Map(this.#records.map(record => [record.key?.toString(), record.offset]))
    this.#records = this.#records.filter(
      ({ key, value, offset }) => offset >= upTo || (newest.get(key?.toString()) === offset && value !== null),
    )
  }

  /** Deletes all records and offsets, like a topic that was deleted and created again. */
  recreate(): void {
    this.#records = []
    this.#next = 0
  }
}
