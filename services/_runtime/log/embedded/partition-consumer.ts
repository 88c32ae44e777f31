import { setImmediate as nextTurn } from 'node:timers/promises'
import { Fault } from '../../core/faults.ts'
import type { LogRecord, NewRecord, PartitionConsumer, Position, PositionGap } from '../event-log.ts'
import { takeFairly } from '../fair-share.ts'
import { beyondEndFault } from '../positions.ts'
import type { LogComponents } from './components.ts'
import { type EmbeddedPartition, waitForRecords } from './partition.ts'

/** A membership of a group; `open` until the group is left. */
export type EmbeddedMembership = { readonly group: string; readonly topics: readonly string[]; open: boolean }

export class EmbeddedPartitionConsumer implements PartitionConsumer {
  readonly partition: number
  readonly signal: AbortSignal
  readonly uncommitted: readonly Position[]
  readonly #components: LogComponents
  readonly #membership: EmbeddedMembership
  /** The offset to poll next. A partition without an entry is polled from its committed offset. */
  readonly #polled = new Map<EmbeddedPartition, number>()
  readonly #gaps: PositionGap[] = []
  #polls = 0

  constructor(partition: number, membership: EmbeddedMembership, components: LogComponents, signal: AbortSignal) {
    this.partition = partition
    this.signal = signal
    this.#membership = membership
    this.#components = components
    this.uncommitted = this.#partitions().flatMap(of =>
      components.records.committed(membership.group, of) === undefined
        ? { topic: of.topic, partition, offset: of.start }
        : [],
    )
  }

  async poll(max: number): Promise<readonly LogRecord[]> {
    // SQLite answers synchronously: without this, a busy consumer would block the event loop.
    await nextTurn()
    while (!this.signal.aborted) {
      if (this.#passGaps()) return []
      const records = this.#take(max)
      if (records.length > 0) return records
      await waitForRecords(this.#partitions(), this.signal)
    }
    return []
  }

  takeGaps(): readonly PositionGap[] {
    return this.#gaps.splice(0)
  }

  async commit(outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]> {
    const { group, open } = this.#membership
    if (!open) throw new Fault('FLY_FENCED', `group ${group} was left`, { group, partition: this.partition })
    const positions = consumed.map(position => ({
      group,
      partition: this.#ownedPartition(position),
      offset: position.offset,
    }))
    return this.#components.writer.write(outputs, positions)
  }

  #take(max: number): LogRecord[] {
    const ready = this.#partitions().filter(partition => this.#position(partition) < partition.next)
    return takeFairly(ready, this.#polls++, max, (partition, count) => {
      const from = this.#position(partition)
      const { records, next } = this.#components.records.read(partition, from, partition.next, count)
      this.#polled.set(partition, next)
      return records
    })
  }

  /** Moves to the oldest record where the next ones were deleted. Whether there was such a gap; FLY_TOPIC for a position after the end. */
  #passGaps(): boolean {
    const { group } = this.#membership
    let passed = false
    for (const partition of this.#partitions()) {
      const { topic, start, next } = partition
      const at = { topic, partition: this.partition, offset: this.#position(partition) }
      if (at.offset > next) throw beyondEndFault(group, at, next)
      if (at.offset >= start) continue
      this.#gaps.push({ topic, partition: this.partition, from: at.offset, to: start })
      this.#polled.set(partition, start)
      passed = true
    }
    return passed
  }

  #position(partition: EmbeddedPartition): number {
    return (
      this.#polled.get(partition) ??
      this.#components.records.committed(this.#membership.group, partition) ??
      partition.start
    )
  }

  /** This partition number of each topic that has it. */
  #partitions(): EmbeddedPartition[] {
    return this.#membership.topics.flatMap(name => this.#components.topics.get(name).partitions[this.partition] ?? [])
  }

  #ownedPartition({ topic, partition, offset }: Position): EmbeddedPartition {
    const owned = this.#partitions().find(own => own.topic === topic && own.number === partition)
    const { group } = this.#membership
    if (owned && offset >= (this.#components.records.committed(group, owned) ?? 0)) return owned
    const what = owned ? 'an offset before the committed one' : 'a partition that it does not own'
    throw new Fault('FLY_BUG', `group ${group} commits ${what}`, { group, topic, partition, offset })
  }
}
