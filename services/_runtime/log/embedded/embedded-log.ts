import type { Clock } from '../../core/clock.ts'
import { Fault } from '../../core/faults.ts'
import type { DataFile } from '../../sqlite/data-file.ts'
import type { EventLog, PartitionLag, Position } from '../event-log.ts'
import { groupHasMembersFault, positionProblem } from '../positions.ts'
import { openComponents } from './components.ts'
import { maintain } from './maintenance.ts'
import { runGroupMember } from './member.ts'
import type { EmbeddedPartition } from './partition.ts'
import { readPartitions } from './reader.ts'
import type { RecordStore } from './records.ts'

/** `maintain` deletes and compacts as the topics' retention says, or joins a run that has not ended. It also runs once a minute. */
export type EmbeddedLog = EventLog & { readonly maintain: () => Promise<void> }

const maintenanceIntervalMs = 60_000

/** The event log of one process, in the file of a data folder. Closing the log closes the file. */
export function createEmbeddedLog({ db, close }: DataFile, clock: Clock): EmbeddedLog {
  const components = openComponents(db, clock)
  const { topics, records, writer } = components
  const closing = new AbortController()
  const groups = new Set<string>()
  const active = new Set<Promise<void>>()

  /** Runs something that lasts until a signal. `close` ends it too, and waits for it. The process does not exit meanwhile. */
  const runUntilClosed = async (signal: AbortSignal, run: (until: AbortSignal) => Promise<void>): Promise<void> => {
    const keepsProcessRunning = setInterval(() => {}, 2 ** 30)
    const running = run(AbortSignal.any([signal, closing.signal]))
    active.add(running)
    try {
      await running
    } finally {
      active.delete(running)
      clearInterval(keepsProcessRunning)
    }
  }
  const assertOpen = (): void => {
    if (closing.signal.aborted) throw new Fault('FLY_BUG', 'the embedded log is used after it was closed')
  }
  let maintenance: Promise<void> | undefined
  const runMaintenance = (): Promise<void> => {
    maintenance ??= runUntilClosed(closing.signal, until => maintain(db, components, until)).finally(() => {
      maintenance = undefined
    })
    return maintenance
  }
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
  const partitionsOf = (names: readonly string[]): EmbeddedPartition[] =>
    names.flatMap(name => topics.get(name).partitions)

  return {
    maintain: runMaintenance,
    async append(newRecords) {
      assertOpen()
      if (newRecords.length > 0) await writer.write(newRecords, [])
    },
    async join(group, names, consume, signal, onMembership = () => {}) {
      assertOpen()
      for (const name of names) topics.get(name)
      if (groups.has(group))
        throw new Fault('FLY_BUG', `group ${group} has a member: the embedded log takes one per group`, { group })
      groups.add(group)
      await runUntilClosed(signal, until =>
        runGroupMember(components, group, [...new Set(names)], consume, until, onMembership),
      ).finally(() => groups.delete(group))
    },
    async read(names, options, onRecords, signal) {
      assertOpen()
      await runUntilClosed(signal, until => readPartitions(components, [...new Set(names)], options, onRecords, until))
    },
    async topics() {
      assertOpen()
      return topics.all().map(({ name, partitions }) => ({ name, partitions: partitions.length }))
    },
    async createTopics(specs) {
      assertOpen()
      topics.create(specs)
    },
    // Creating a topic again updates its retention, and there are no other settings.
    settingDifferences: async () => [],
    async growTopic(topic) {
      assertOpen()
      topics.grow(topic)
    },
    async lag(group, names) {
      assertOpen()
      return partitionsOf(names).map(partition => partitionLag(records, group, partition))
    },
    async positionsAt(names, time) {
      assertOpen()
      return partitionsOf(names).map(partition => toPosition(partition, records.offsetAt(partition, time)))
    },
    async committed(group, names) {
      assertOpen()
      return partitionsOf(names).flatMap(partition => {
        const offset = records.committed(group, partition)
        return offset === undefined ? [] : toPosition(partition, offset)
      })
    },
    async resetPositions(group, positions) {
      assertOpen()
      if (groups.has(group)) throw groupHasMembersFault(group)
      const of = positions.map(({ topic, partition, offset }) => ({
        ...{ group, offset },
        partition: topics.partition(topic, partition),
      }))
      await writer.write([], of)
    },
    async bounds(names) {
      assertOpen()
      return partitionsOf(names).map(({ topic, number, start, next }) => ({
        ...{ topic, partition: number },
        ...{ begin: start, end: next },
      }))
    },
    close() {
      closed ??= closeAll()
      return closed
    },
  }
}

function partitionLag(records: RecordStore, group: string, partition: EmbeddedPartition): PartitionLag {
  const { topic, number, start, next } = partition
  const committed = records.committed(group, partition) ?? null
  const problem = positionProblem(committed, { begin: start, end: next })
  const from = committed === null || problem ? start : committed
  const oldest = records.firstTimestamp(partition, from) ?? null
  // Without a record the remaining offsets are gaps that compaction left: the lag is 0.
  const behind = oldest === null ? 0 : next - from
  return { topic, partition: number, records: behind, oldest, ...(problem && { problem }) }
}

const toPosition = ({ topic, number }: EmbeddedPartition, offset: number): Position => ({
  topic,
  partition: number,
  offset,
})
