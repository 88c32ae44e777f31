import type { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../core/faults.ts'
import { inTransaction } from '../../sqlite/transaction.ts'
import type { NewRecord, TopicPartitionCount, TopicSpec } from '../event-log.ts'
import { partitionOf } from '../partitioner.ts'
import { type EmbeddedPartition, wakeReaders } from './partition.ts'

export type EmbeddedTopic = {
  readonly name: string
  keep: TopicSpec['keep']
  readonly partitions: EmbeddedPartition[]
  keylessRecords: number
}

/** The tables of topics and partitions, with a copy in memory, so that routing a record needs no query. */
export class TopicStore {
  readonly #topics = new Map<string, EmbeddedTopic>()
  readonly #db: DatabaseSync
  readonly #growthListeners = new Set<() => void>()

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#load()
  }

  get(name: string): EmbeddedTopic {
    const topic = this.#topics.get(name)
    if (!topic) throw new Fault('FLY_TOPIC', `there is no topic ${name}`, { topic: name })
    return topic
  }

  partition(name: string, number: number): EmbeddedPartition {
    const partition = this.get(name).partitions[number]
    if (!partition) throw new Fault('FLY_TOPIC', `topic ${name} has no partition ${number}`, { topic: name, number })
    return partition
  }

  all(): EmbeddedTopic[] {
    return [...this.#topics.values()]
  }

  /** The partition of a new record. Records without a key go to the topic's partitions in turn. */
  route(record: NewRecord, key: Buffer | null): EmbeddedPartition {
    const topic = this.get(record.topic)
    const { length } = topic.partitions
    const number = record.partition ?? (key ? partitionOf(key, length) : topic.keylessRecords++ % length)
    return this.partition(record.topic, number)
  }

  /** Creates topics. Of one that exists with as many partitions, the retention is updated. FLY_TOPIC where the numbers differ. */
  create(specs: readonly TopicSpec[]): void {
    for (const { name, partitions } of specs) {
      const length = this.#topics.get(name)?.partitions.length ?? partitions
      if (length === partitions) continue
      throw new Fault('FLY_TOPIC', `topic ${name} has ${length} partitions, not ${partitions}`, { topic: name })
    }
    this.#transact(() => {
      const insert = this.#db.prepare('INSERT OR REPLACE INTO topics VALUES (?, ?)')
      for (const { name, keep } of specs) insert.run(name, JSON.stringify(keep))
      for (const spec of specs) this.#addPartitions(spec)
    })
  }

  grow({ name, partitions }: TopicPartitionCount): void {
    const { length } = this.get(name).partitions
    if (partitions < length)
      throw new Fault('FLY_TOPIC', `topic ${name} has ${length} partitions and cannot shrink to ${partitions}`)
    this.#transact(() => this.#addPartitions({ name, partitions }))
    for (const listener of this.#growthListeners) listener()
    wakeReaders(this.all().flatMap(topic => topic.partitions))
  }

  /** Calls `listener` whenever a topic has grown, until the function that is returned is called. */
  onGrown(listener: () => void): () => void {
    this.#growthListeners.add(listener)
    return () => this.#growthListeners.delete(listener)
  }

  #addPartitions({ name, partitions }: TopicPartitionCount): void {
    const insert = this.#db.prepare('INSERT INTO partitions (topic, number) VALUES (?, ?)')
    for (let number = this.#topics.get(name)?.partitions.length ?? 0; number < partitions; number++)
      insert.run(name, number)
  }

  #transact(change: () => void): void {
    inTransaction(this.#db, change)
    this.#load()
  }

  /** Adds to memory what only the tables have. A partition in memory stays the same object. */
  #load(): void {
    for (const row of this.#db.prepare('SELECT name, keep FROM topics ORDER BY name').all()) {
      const name = String(row.name)
      const keep: TopicSpec['keep'] = JSON.parse(String(row.keep))
      const known = this.#topics.get(name)
      if (known) known.keep = keep
      else this.#topics.set(name, { name, keep, partitions: [], keylessRecords: 0 })
    }
    for (const row of this.#db.prepare('SELECT * FROM partitions ORDER BY topic, number').all()) {
      const [topic, number] = [String(row.topic), Number(row.number)]
      this.get(topic).partitions[number] ??= {
        ...{ id: Number(row.id), topic, number, start: Number(row.start), next: Number(row.next) },
        ...{ live: Number(row.live), cleaned: Number(row.cleaned), wakeCallbacks: new Set() },
      }
    }
  }
}
