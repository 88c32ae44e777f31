import type { EventLog, LogRecord, NewRecord, Position } from '#runtime/log/event-log.ts'

/** One partition of a compacted topic in memory, as the embedded log and Kafka have it, and how many records were read of it. */
export class InMemoryChangelog {
  readCount = 0
  #next = 0
  #records: LogRecord[] = []

  /** What a reader can be given. */
  readonly log: Pick<EventLog, 'read'> = {
    read: async ([topic], { from }, onRecords, signal) => {
      const start = typeof from === 'string' ? 0 : (from.find(one => one.topic === topic)?.offset ?? 0)
      const records = this.#records.filter(({ offset }) => offset >= start)
      // Two at a time: batches end where they will.
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

  /** A transaction: resolves with the offset after its last record; the marker of its end takes one, too. */
  append(records: readonly NewRecord[]): readonly Position[] {
    for (const { topic, partition = 0, key, value, headers = {} } of records)
      this.#records.push({
        ...{ topic, partition, offset: this.#next++, timestamp: 0, value, headers },
        key: key === null ? null : Buffer.from(key),
      })
    const end = { topic: records[0]?.topic ?? '', partition: records[0]?.partition ?? 0, offset: this.#next++ }
    return records.length > 0 ? [end] : []
  }

  /** Keeps the newest record of each key, and of those only what is not a deletion, up to an offset. */
  compact(upTo = this.#next): void {
    const newest = new Map(this.#records.map(record => [record.key?.toString(), record.offset]))
    this.#records = this.#records.filter(
      ({ key, value, offset }) => offset >= upTo || (newest.get(key?.toString()) === offset && value !== null),
    )
  }

  /** Begins anew, as a topic of the same name does. */
  recreate(): void {
    this.#records = []
    this.#next = 0
  }
}
