import type { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../core/faults.ts'
import type { NewRecord, TopicPartitionCount, TopicSpec } from '../event-log.ts'
import { partitionOf } from '../partitioner.ts'
import { toWriteFault } from './file.ts'

/** A partition as committed. `start` and `next` are the oldest offset and the one to come, `live` counts the records. */
export type EmbeddedPartition = {
  readonly id: number
  readonly topic: string
  readonly number: number
  start: number
  next: number
  live: number
  /** Compacted up to this offset. */
  cleaned: number
  /** Called when records arrive or a topic grows. */
  readonly wakeCallbacks: Set<() => void>
}

export type EmbeddedTopic = {
  readonly name: string
  keep: TopicSpec['keep']
  readonly partitions: EmbeddedPartition[]
  keylessRecords: number
}

/** The topics of the file; a small copy in memory, so that routing and waiting touch no table. */
export class TopicStore {
  readonly #topics = new Map<string, EmbeddedTopic>()
  readonly #db: DatabaseSync
  readonly #grown = new Set<() => void>()

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

  /** Where a new record goes, as Kafka's default partitioner has it; records without a key take turns. */
  route(record: NewRecord, key: Buffer | null): EmbeddedPartition {
    const topic = this.get(record.topic)
    const { length } = topic.partitions
    const number = record.partition ?? (key ? partitionOf(key, length) : topic.keylessRecords++ % length)
    return this.partition(record.topic, number)
  }

  /** Creates topics; one that is there as wanted is left, or told how long it keeps its records now. */
  create(specs: readonly TopicSpec[]): void {
    for (const { name, partitions } of specs) {
      const length = this.#topics.get(name)?.partitions.length ?? partitions
      if (length === partitions) continue
      throw new Fault('FLY_TOPIC', `topic ${name} has ${length} partitions, not ${partitions}`, { topic: name })
    }
    this.#transact(() => {
      const insert = this.#db.prepare('INSERT OR REPLACE INTO topics VALUES (?, ?)')
      for (const { name, keep } of specs) insert.run(name, JSON.stringify(keep))
      for (const spec of specs) this.#extend(spec)
    })
  }

  grow({ name, partitions }: TopicPartitionCount): void {
    const { length } = this.get(name).partitions
    if (partitions < length)
      throw new Fault('FLY_TOPIC', `topic ${name} has ${length} partitions and cannot shrink to ${partitions}`)
    this.#transact(() => this.#extend({ name, partitions }))
    for (const told of this.#grown) told()
    for (const topic of this.all())
      for (const { wakeCallbacks } of topic.partitions) for (const wake of wakeCallbacks) wake()
  }

  /** Calls `told` whenever a topic has grown, until what is returned is called. */
  onGrown(callback: () => void): () => void {
    this.#grown.add(callback)
    return () => this.#grown.delete(callback)
  }

  #extend({ name, partitions }: TopicPartitionCount): void {
    const insert = this.#db.prepare('INSERT INTO partitions (topic, number) VALUES (?, ?)')
    for (let number = this.#topics.get(name)?.partitions.length ?? 0; number < partitions; number++)
      insert.run(name, number)
  }

  #transact(change: () => void): void {
    try {
      this.#db.exec('BEGIN')
      change()
      this.#db.exec('COMMIT')
      this.#load()
    } catch (error) {
      throw toWriteFault(error)
    } finally {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    }
  }

  /** Takes over what the tables have and memory has not; a partition that is known stays the same object. */
  #load(): void {
    for (const row of this.#db.prepare('SELECT name, keep FROM topics ORDER BY name').all()) {
      const name = String(row.name)
      const keep: TopicSpec['keep'] = JSON.parse(String(row.keep))
      const known = this.#topics.get(name)
      if (known) known.keep = keep
      else this.#topics.set(name, { name, keep, partitions: [], keylessRecords: 0 })
    }
    for (const row of this.#db.prepare('SELECT * FROM partitions ORDER BY topic, number').all()) {
      const stored = row as unknown as Omit<EmbeddedPartition, 'waiting'>
      this.get(stored.topic).partitions[stored.number] ??= { ...stored, wakeCallbacks: new Set() }
    }
  }
}
