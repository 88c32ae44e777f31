import { setImmediate as turn } from 'node:timers/promises'
import { Fault } from '../../core/faults.ts'
import type { LogRecord, NewRecord, PartitionConsumer, Position } from '../event-log.ts'
import type { RecordStore } from './records.ts'
import type { EmbeddedPartition, TopicStore } from './topics.ts'
import { waitForRecords } from './wait-for-records.ts'
import type { RecordWriter } from './writer.ts'

/** The parts of an open log. */
export type LogComponents = {
  readonly topics: TopicStore
  readonly records: RecordStore
  readonly writer: RecordWriter
}

/** A group as one process has it: what it reads, and whether it is still a member. */
export type EmbeddedMembership = { readonly group: string; readonly topics: readonly string[]; open: boolean }

export class EmbeddedPartitionConsumer implements PartitionConsumer {
  readonly partition: number
  readonly signal: AbortSignal
  readonly #parts: LogComponents
  readonly #membership: EmbeddedMembership
  /** The offset to poll next, by partition; absent: the committed one. */
  readonly #polled = new Map<EmbeddedPartition, number>()
  #nextFirst = 0
  #wake = (): void => {}

  constructor(partition: number, membership: EmbeddedMembership, parts: LogComponents, signal: AbortSignal) {
    this.partition = partition
    this.signal = signal
    this.#membership = membership
    this.#parts = parts
  }

  async poll(max: number): Promise<readonly LogRecord[]> {
    // SQLite answers at once: without a turn of the event loop, a busy task would hold up everything else.
    await turn()
    while (!this.signal.aborted) {
      const records = this.#takeEvenly(max)
      if (records.length > 0) return records
      await waitForRecords(this.#partitions(), this.signal, wake => {
        this.#wake = wake
      })
    }
    return []
  }

  async commit(outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]> {
    const { group, open } = this.#membership
    if (!open) throw new Fault('FLY_FENCED', `group ${group} was left`, { group, partition: this.partition })
    const positions = consumed.map(position => ({
      group,
      partition: this.#ownedPartition(position),
      offset: position.offset,
    }))
    return this.#parts.writer.write(outputs, positions)
  }

  async rewind(): Promise<void> {
    this.#polled.clear()
    this.#wake()
  }

  /** Each topic in turn gets an equal share of what is left, so that a busy one does not starve the others. */
  #takeEvenly(max: number): LogRecord[] {
    const waiting = this.#partitions().filter(partition => this.#position(partition) < partition.next)
    const first = this.#nextFirst++ % Math.max(1, waiting.length)
    const order = [...waiting.slice(first), ...waiting.slice(0, first)]
    const taken: LogRecord[] = []
    for (const [index, partition] of order.entries()) {
      const share = Math.ceil((max - taken.length) / (order.length - index))
      if (share === 0) break
      const { records, next } = this.#parts.records.read(partition, this.#position(partition), partition.next, share)
      this.#polled.set(partition, next)
      taken.push(...records)
    }
    return taken
  }

  #position(partition: EmbeddedPartition): number {
    const { records } = this.#parts
    return Math.max(
      this.#polled.get(partition) ?? records.resumeOffset(this.#membership.group, partition),
      partition.start,
    )
  }

  #partitions(): EmbeddedPartition[] {
    return this.#membership.topics.flatMap(name => this.#parts.topics.get(name).partitions[this.partition] ?? [])
  }

  #ownedPartition({ topic, partition, offset }: Position): EmbeddedPartition {
    const owned = this.#partitions().find(own => own.topic === topic && own.number === partition)
    const { group } = this.#membership
    if (owned && offset >= this.#parts.records.resumeOffset(group, owned)) return owned
    const what = owned ? 'an offset behind the committed one' : 'a partition that is not its own'
    throw new Fault('FLY_BUG', `group ${group} commits ${what}`, { group, topic, partition, offset })
  }
}
