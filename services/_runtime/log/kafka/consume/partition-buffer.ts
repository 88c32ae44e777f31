import type { Fault } from '../../../core/faults.ts'
import type { LogRecord, Position, PositionGap } from '../../event-log.ts'
import type { PartitionFetch } from './fetch.ts'

/** The fault of a position after the end of its partition. */
export type BeyondEndFault = (position: Position, end: number) => Fault

/** The queue that a buffer belongs to. */
export type BufferOwner = {
  readonly hasRoom: () => boolean
  /** Adds to the bytes that all buffers hold; negative when records are taken. */
  readonly addBytes: (bytes: number) => void
  readonly onRecords: () => void
  readonly onFailure: (fault: Fault) => void
  readonly onGapTaken: () => void
  readonly beyondEndFault: BeyondEndFault
}

/** Memory that a record takes besides its key and value. */
const recordOverheadBytes = 200

/**
 * The records of a partition that were fetched and not yet taken. Not every offset holds a visible record, so three offsets are kept:
 * where to fetch next, how far records were taken, and the offset after the last record taken.
 */
export class PartitionBuffer implements PartitionFetch {
  readonly topic: string
  readonly partition: number
  readonly #owner: BufferOwner
  #records: LogRecord[] = []
  #position: number
  #polledOffset: number
  #afterLastTaken: number
  /** Deleted records that follow the fetched ones. Nothing is fetched after them until they were passed. */
  #gap: PositionGap | undefined

  constructor({ topic, partition, offset }: Position, owner: BufferOwner) {
    this.topic = topic
    this.partition = partition
    this.#owner = owner
    this.#position = offset
    this.#polledOffset = offset
    this.#afterLastTaken = offset
  }

  get position(): number {
    return this.#position
  }

  get size(): number {
    return this.#records.length
  }

  /** The offset of the next record to take. Where there is none, the offset after everything that was fetched. */
  get polledOffset(): number {
    return this.#polledOffset
  }

  hasRoom(): boolean {
    return this.#gap === undefined && this.#owner.hasRoom()
  }

  deliver(records: readonly LogRecord[], next: number): void {
    this.#position = next
    for (const record of records) this.#records.push(record)
    this.#owner.addBytes(sizeInBytes(records))
    if (this.#records.length === 0) this.#polledOffset = next
    this.#owner.onRecords()
  }

  skip(to: number): void {
    const { topic, partition } = this
    this.#gap = { topic, partition, from: this.#position, to }
    this.#position = to
    this.#owner.onRecords()
  }

  /** The gap, once the records before it were taken. What follows it is fetched then. */
  takeGap(): PositionGap | undefined {
    const gap = this.#records.length === 0 ? this.#gap : undefined
    if (gap) {
      this.#gap = undefined
      this.#polledOffset = gap.to
      this.#afterLastTaken = gap.to
      this.#owner.onGapTaken()
    }
    return gap
  }

  failBeyondEnd(end: number): void {
    const { topic, partition, position: offset } = this
    this.#owner.onFailure(this.#owner.beyondEndFault({ topic, partition, offset }, end))
  }

  fail(fault: Fault): void {
    this.#owner.onFailure(fault)
  }

  take(count: number): readonly LogRecord[] {
    const taken = this.#records.splice(0, count)
    this.#owner.addBytes(-sizeInBytes(taken))
    this.#polledOffset = this.#records[0]?.offset ?? this.#position
    const last = taken.at(-1)
    if (last) this.#afterLastTaken = last.offset + 1
    return taken
  }

  /** Moves a consumed offset past invisible ones, where that is known: after the last record taken. */
  skipInvisible(consumed: number): number {
    return consumed >= this.#afterLastTaken ? this.#polledOffset : consumed
  }
}

function sizeInBytes(records: readonly LogRecord[]): number {
  let bytes = 0
  for (const { key, value } of records) bytes += recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  return bytes
}
