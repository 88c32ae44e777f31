import type { Clock } from '../../core/clock.ts'
import { Fault } from '../../core/faults.ts'
import { createEmbeddedRegistry } from '../../registry/embedded.ts'
import type { SchemaRegistry } from '../../registry/schema-registry.ts'
import type { EventLog, PartitionLag, Position } from '../event-log.ts'
import { type EmbeddedFile, openEmbeddedFile } from './file.ts'
import { maintain } from './maintenance.ts'
import { runGroupMember } from './member.ts'
import { readPartitions } from './reader.ts'
import { RecordStore } from './records.ts'
import { type EmbeddedPartition, TopicStore } from './topics.ts'
import { RecordWriter } from './writer.ts'

export type EmbeddedOptions = { readonly clock: Clock }

/** `maintain` deletes and compacts as the topics say; it also runs by itself from time to time. */
export type EmbeddedLog = EventLog & { readonly maintain: () => Promise<void> }

const maintenanceIntervalMs = 60_000

/**
 * The log and the registry of one process in one SQLite file of a folder; closing the log closes both. FLY_HOME when the
 * folder is in use, from another version, or not a data folder.
 */
export function openEmbeddedLogAndRegistry(
  folder: string,
  { clock }: EmbeddedOptions,
): { readonly log: EmbeddedLog; readonly registry: SchemaRegistry } {
  const file = openEmbeddedFile(folder)
  return { log: createEmbeddedLog(file, clock), registry: createEmbeddedRegistry(file.db) }
}

/** The log of a folder alone. */
export function openEmbeddedLog(folder: string, options: EmbeddedOptions): EmbeddedLog {
  return openEmbeddedLogAndRegistry(folder, options).log
}

function createEmbeddedLog({ db, close }: EmbeddedFile, clock: Clock): EmbeddedLog {
  const topics = new TopicStore(db)
  const records = new RecordStore(db)
  const writer = new RecordWriter(db, topics, records, clock)
  const parts = { topics, records, writer }
  const closing = new AbortController()
  const groups = new Set<string>()
  const active = new Set<Promise<void>>()

  /** Runs what goes on until a signal: ended by `close` as well, and keeping the process up as a socket would. */
  const runUntilClosed = async (signal: AbortSignal, use: (until: AbortSignal) => Promise<void>): Promise<void> => {
    const alive = setInterval(() => {}, 2 ** 30)
    const running = use(AbortSignal.any([signal, closing.signal]))
    active.add(running)
    try {
      await running
    } finally {
      active.delete(running)
      clearInterval(alive)
    }
  }
  const assertOpen = (): void => {
    if (closing.signal.aborted) throw new Fault('FLY_BUG', 'the embedded log is used after it was closed')
  }
  const runMaintenance = (): Promise<void> => runUntilClosed(closing.signal, until => maintain(db, parts, clock, until))
  const timer = setInterval(
    () => runMaintenance().catch(error => process.emitWarning(error)),
    maintenanceIntervalMs,
  ).unref()

  let closed: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    closing.abort()
    clearInterval(timer)
    await Promise.allSettled(active)
    await writer.idle()
    close()
  }

  return {
    maintain: runMaintenance,
    async append(newRecords) {
      assertOpen()
      if (newRecords.length > 0) await writer.write(newRecords, [])
    },
    async join(group, names, work, signal) {
      assertOpen()
      for (const name of names) topics.get(name)
      if (groups.has(group))
        throw new Fault('FLY_BUG', `group ${group} has a member: the embedded log takes one per group`, { group })
      groups.add(group)
      await runUntilClosed(signal, until => runGroupMember(parts, group, [...new Set(names)], work, until)).finally(
        () => groups.delete(group),
      )
    },
    async read(names, options, onRecords, signal) {
      assertOpen()
      await runUntilClosed(signal, until => readPartitions(parts, [...new Set(names)], options, onRecords, until))
    },
    async topics() {
      assertOpen()
      return topics.all().map(({ name, partitions }) => ({ name, partitions: partitions.length }))
    },
    async createTopics(specs) {
      assertOpen()
      topics.create(specs)
    },
    async growTopic(topic) {
      assertOpen()
      topics.grow(topic)
    },
    async lag(group, names) {
      assertOpen()
      return names.flatMap(name =>
        topics.get(name).partitions.map(partition => partitionLag(records, group, partition)),
      )
    },
    async positionsAt(names, time) {
      assertOpen()
      return names
        .flatMap(name => topics.get(name).partitions)
        .map(partition => toPosition(partition, records.offsetAt(partition, time)))
    },
    async committed(group, names) {
      assertOpen()
      return names
        .flatMap(name => topics.get(name).partitions)
        .flatMap(partition => {
          const offset = records.committed(group, partition)
          return offset === undefined ? [] : toPosition(partition, offset)
        })
    },
    async count(name) {
      assertOpen()
      return topics.get(name).partitions.reduce((sum, { live }) => sum + live, 0)
    },
    close() {
      closed ??= closeAll()
      return closed
    },
  }
}

function partitionLag(records: RecordStore, group: string, partition: EmbeddedPartition): PartitionLag {
  const from = records.resumeOffset(group, partition)
  const oldest = records.firstTimestamp(partition, from) ?? null
  // Where no record is left, compaction took the last ones: nobody is behind.
  const behind = oldest === null ? 0 : partition.next - from
  return { topic: partition.topic, partition: partition.number, records: behind, oldest }
}

const toPosition = ({ topic, number }: EmbeddedPartition, offset: number): Position => ({
  topic,
  partition: number,
  offset,
})
