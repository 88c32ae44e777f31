import type { Fault } from '../../../core/faults.ts'
import type { LogRecord } from '../../event-log.ts'
import { takeFairly } from '../../fair-share.ts'
import type { Fetcher } from './fetch.ts'
import { PartitionBuffer } from './partition-buffer.ts'

/** The limit of one queue: fetching stops when it is exceeded. */
const maxBufferedBytes = 4_194_304

export type FetchQueue = {
  readonly buffers: readonly PartitionBuffer[]
  readonly openBuffer: (topic: string, partition: number, offset: number) => PartitionBuffer
  /**
   * Waits for records and returns at most `max`. Empty when the signal is aborted, or as soon as `isDone` says so. One call at a
   * time.
   */
  readonly poll: (max: number, signal: AbortSignal, isDone?: () => boolean) => Promise<readonly LogRecord[]>
  readonly close: () => void
}

/** The fetched records of some partitions, bounded in bytes, for one consumer or reader. */
export function createFetchQueue(fetcher: Fetcher): FetchQueue {
  const buffers: PartitionBuffer[] = []
  let bufferedBytes = 0
  let polls = 0
  let failure: Fault | undefined
  let wake = (): void => {}

  const owner = {
    hasRoom: () => bufferedBytes < maxBufferedBytes,
    addBytes: (bytes: number) => {
      bufferedBytes += bytes
    },
    onRecords: () => wake(),
    onFailure: (fault: Fault) => {
      failure = fault
      wake()
    },
    onSeek: () => fetcher.schedule(),
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
    close() {
      for (const buffer of buffers) fetcher.remove(buffer)
    },
  }
}
