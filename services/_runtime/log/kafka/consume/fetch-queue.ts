import type { Fault } from '../../../core/faults.ts'
import type { LogRecord, PositionGap } from '../../event-log.ts'
import { takeFairly } from '../../fair-share.ts'
import type { Fetcher } from './fetch.ts'
import { type BeyondEndFault, PartitionBuffer } from './partition-buffer.ts'

/** The limit of one queue: fetching stops when it is exceeded. */
const maxBufferedBytes = 4_194_304

export type FetchQueue = {
  readonly buffers: readonly PartitionBuffer[]
  readonly openBuffer: (topic: string, partition: number, offset: number) => PartitionBuffer
  /**
   * Waits for records and returns at most `max`. Empty when the signal is aborted, as soon as `isDone` says so, or where records were
   * deleted that come next. One call at a time.
   */
  readonly poll: (max: number, signal: AbortSignal, isDone?: () => boolean) => Promise<readonly LogRecord[]>
  /** The gaps that `poll` passed since the last call. */
  readonly takeGaps: () => readonly PositionGap[]
  readonly close: () => void
}

/**
 * The fetched records of some partitions, bounded in bytes, for one consumer or reader. `onBytes` is told by how much the bytes that it
 * holds grow or shrink.
 */
export function createFetchQueue(
  fetcher: Fetcher,
  beyondEndFault: BeyondEndFault,
  onBytes: (change: number) => void = () => {},
): FetchQueue {
  const buffers: PartitionBuffer[] = []
  const gaps: PositionGap[] = []
  let bufferedBytes = 0
  let polls = 0
  let failure: Fault | undefined
  let wake = (): void => {}
  let closed = false

  const owner = {
    hasRoom: () => bufferedBytes < maxBufferedBytes,
    addBytes: (bytes: number) => {
      bufferedBytes += bytes
      if (!closed) onBytes(bytes)
    },
    onRecords: () => wake(),
    onFailure: (fault: Fault) => {
      failure = fault
      wake()
    },
    onGapTaken: () => fetcher.schedule(),
    beyondEndFault,
  }

  const take = (max: number): LogRecord[] => {
    const hadRoom = owner.hasRoom()
    const ready = buffers.filter(buffer => buffer.size > 0)
    const taken = takeFairly(ready, polls++, max, (buffer, count) => buffer.take(count))
    if (!hadRoom && owner.hasRoom()) fetcher.schedule()
    return taken
  }

  return {
    buffers,
    openBuffer(topic, partition, offset) {
      const buffer = new PartitionBuffer({ topic, partition, offset }, owner)
      buffers.push(buffer)
      fetcher.add(buffer)
      return buffer
    },
    async poll(max, signal, isDone = () => false) {
      const onAbort = (): void => wake()
      signal.addEventListener('abort', onAbort)
      try {
        for (;;) {
          if (failure) throw failure
          if (signal.aborted) return []
          const passed = buffers.flatMap(buffer => buffer.takeGap() ?? [])
          gaps.push(...passed)
          if (passed.length > 0) return []
          const taken = take(max)
          if (taken.length > 0 || isDone()) return taken
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    takeGaps: () => gaps.splice(0),
    close() {
      if (!closed) onBytes(-bufferedBytes)
      closed = true
      for (const buffer of buffers) fetcher.remove(buffer)
    },
  }
}
