import type { Fault } from '../../../core/faults.ts'
import type { LogRecord } from '../../event-log.ts'
import type { Fetcher, PartitionFetch } from './fetch.ts'

/** A partition with what was fetched of it and not yet handed out. */
export type PartitionBuffer = PartitionFetch & {
  /** The offset after the last record handed out, and after what is invisible behind it. */
  readonly polledOffset: () => number
  /** A consumed position, moved past what is invisible behind it, where that is known. */
  readonly skipInvisible: (offset: number) => number
  /** Forgets what was fetched and goes on from there. */
  readonly seek: (offset: number) => void
}

export type FetchQueue = {
  readonly buffers: readonly PartitionBuffer[]
  readonly openBuffer: (topic: string, partition: number, offset: number) => PartitionBuffer
  /** Waits for records; empty when the signal is aborted, or when `enough` says so. */
  readonly poll: (max: number, signal: AbortSignal, enough?: () => boolean) => Promise<readonly LogRecord[]>
  readonly close: () => void
}

type DrainableBuffer = PartitionBuffer & {
  readonly takeFirst: (count: number) => readonly LogRecord[]
  readonly size: () => number
}

/** What a record weighs besides its bytes. */
const recordOverheadBytes = 200

/** Fetched records of some partitions, bounded in bytes: at the limit nothing more is fetched. */
export function createFetchQueue(fetcher: Fetcher, limitBytes: number): FetchQueue {
  const buffers: DrainableBuffer[] = []
  let heldBytes = 0
  let nextFirst = 0
  let failure: Fault | undefined
  let wake = (): void => {}

  const openBuffer = (topic: string, partition: number, offset: number): PartitionBuffer => {
    let waiting: LogRecord[] = []
    let handed = offset
    let behindLast = offset
    const source: DrainableBuffer = {
      topic,
      partition,
      position: offset,
      hasRoom: () => heldBytes < limitBytes,
      deliver(records, next) {
        for (const record of records) waiting.push(record)
        heldBytes += sizeInBytes(records)
        if (waiting.length === 0) handed = next
        wake()
      },
      fail(fault) {
        failure = fault
        wake()
      },
      polledOffset: () => handed,
      skipInvisible: consumed => (consumed === behindLast ? handed : consumed),
      seek(to) {
        heldBytes -= sizeInBytes(waiting)
        waiting = []
        handed = to
        behindLast = to
        source.position = to
        fetcher.schedule()
      },
      takeFirst(count) {
        const taken = waiting.splice(0, count)
        heldBytes -= sizeInBytes(taken)
        handed = waiting[0]?.offset ?? source.position
        behindLast = (taken.at(-1)?.offset ?? behindLast - 1) + 1
        return taken
      },
      size: () => waiting.length,
    }
    buffers.push(source)
    fetcher.add(source)
    return source
  }

  /** Each topic in turn gets an equal share of what is left, so that a busy one does not starve the others. */
  const takeEvenly = (max: number): LogRecord[] => {
    const ready = buffers.filter(source => source.size() > 0)
    const first = nextFirst++ % Math.max(1, ready.length)
    const taken: LogRecord[] = []
    const order = [...ready.slice(first), ...ready.slice(0, first)]
    for (const [index, source] of order.entries())
      taken.push(...source.takeFirst(Math.ceil((max - taken.length) / (order.length - index))))
    return taken
  }

  return {
    buffers,
    openBuffer,
    async poll(max, signal, enough = () => false) {
      const onAbort = (): void => wake()
      signal.addEventListener('abort', onAbort)
      try {
        for (;;) {
          if (failure) throw failure
          if (signal.aborted) return []
          const full = heldBytes >= limitBytes
          const taken = takeEvenly(max)
          if (full && heldBytes < limitBytes) fetcher.schedule()
          if (taken.length > 0 || enough()) return taken
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    close() {
      for (const source of buffers) fetcher.remove(source)
    },
  }
}

function sizeInBytes(records: readonly LogRecord[]): number {
  let bytes = 0
  for (const { key, value } of records) bytes += recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  return bytes
}
