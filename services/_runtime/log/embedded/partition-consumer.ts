import { setImmediate as turn } from 'node:timers/promises'
import { Fault } from '../../core/faults.ts'
import type { LogRecord, NewRecord, Position, Task } from '../event-log.ts'
import type { Records } from './records.ts'
import type { Partition, Topics } from './topics.ts'
import { wakened } from './wait.ts'
import type { Writer } from './writer.ts'

/** The parts of an open log. */
export type Parts = { readonly topics: Topics; readonly records: Records; readonly writer: Writer }

/** A group as one process has it: what it reads, and whether it is still a member. */
export type Membership = { readonly group: string; readonly topics: readonly string[]; open: boolean }

export class EmbeddedTask implements Task {
  readonly partition: number
  readonly signal: AbortSignal
  readonly #parts: Parts
  readonly #membership: Membership
  /** The offset to poll next, by partition; absent: the committed one. */
  readonly #polled = new Map<Partition, number>()
  #turn = 0
  #wake = (): void => {}

  constructor(partition: number, membership: Membership, parts: Parts, signal: AbortSignal) {
    this.partition = partition
    this.signal = signal
    this.#membership = membership
    this.#parts = parts
  }

  async poll(max: number): Promise<readonly LogRecord[]> {
    // SQLite answers at once: without a turn of the event loop, a busy task would hold up everything else.
    await turn()
    while (!this.signal.aborted) {
      const records = this.#take(max)
      if (records.length > 0) return records
      await wakened(this.#partitions(), this.signal, wake => {
        this.#wake = wake
      })
    }
    return []
  }

  async commit(outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]> {
    const { group, open } = this.#membership
    if (!open) throw new Fault('FLY_FENCED', `group ${group} was left`, { group, partition: this.partition })
    const positions = consumed.map(position => ({ group, partition: this.#own(position), offset: position.offset }))
    return this.#parts.writer.write(outputs, positions)
  }

  async rewind(): Promise<void> {
    this.#polled.clear()
    this.#wake()
  }

  /** Each topic in turn gets an equal share of what is left, so that a busy one does not starve the others. */
  #take(max: number): LogRecord[] {
    const waiting = this.#partitions().filter(partition => this.#position(partition) < partition.next)
    const first = this.#turn++ % Math.max(1, waiting.length)
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

  #position(partition: Partition): number {
    const { records } = this.#parts
    return Math.max(this.#polled.get(partition) ?? records.position(this.#membership.group, partition), partition.start)
  }

  #partitions(): Partition[] {
    return this.#membership.topics.flatMap(name => this.#parts.topics.get(name).partitions[this.partition] ?? [])
  }

  #own({ topic, partition, offset }: Position): Partition {
    const owned = this.#partitions().find(own => own.topic === topic && own.number === partition)
    const { group } = this.#membership
    if (owned && offset >= this.#parts.records.position(group, owned)) return owned
    const what = owned ? 'an offset behind the committed one' : 'a partition that is not its own'
    throw new Fault('FLY_BUG', `group ${group} commits ${what}`, { group, topic, partition, offset })
  }
}
