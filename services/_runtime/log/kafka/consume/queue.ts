import type { Fault } from '../../../core/faults.ts'
import type { LogRecord } from '../../event-log.ts'
import type { Fetcher, Lane } from './fetch.ts'

/** A partition with what was fetched of it and not yet handed out. */
export type Source = Lane & {
  /** The offset after the last record handed out, and after what is invisible behind it. */
  readonly handedOut: () => number
  /** A consumed position, moved past what is invisible behind it, where that is known. */
  readonly past: (offset: number) => number
  /** Forgets what was fetched and goes on from there. */
  readonly moveTo: (offset: number) => void
}

export type Queue = {
  readonly sources: readonly Source[]
  readonly open: (topic: string, partition: number, offset: number) => Source
  /** Waits for records; empty when the signal is aborted, or when `enough` says so. */
  readonly take: (max: number, signal: AbortSignal, enough?: () => boolean) => Promise<readonly LogRecord[]>
  readonly close: () => void
}

type Filled = Source & { readonly shift: (count: number) => readonly LogRecord[]; readonly size: () => number }

/** What a record weighs besides its bytes. */
const overhead = 200

/** Fetched records of some partitions, bounded in bytes: at the limit nothing more is fetched. */
export function createQueue(fetcher: Fetcher, limit: number): Queue {
  const sources: Filled[] = []
  let held = 0
  let turn = 0
  let failure: Fault | undefined
  let wake = (): void => {}

  const open = (topic: string, partition: number, offset: number): Source => {
    let waiting: LogRecord[] = []
    let handed = offset
    let behindLast = offset
    const source: Filled = {
      topic,
      partition,
      position: offset,
      wants: () => held < limit,
      deliver(records, next) {
        for (const record of records) waiting.push(record)
        held += weigh(records)
        if (waiting.length === 0) handed = next
        wake()
      },
      fail(fault) {
        failure = fault
        wake()
      },
      handedOut: () => handed,
      past: consumed => (consumed === behindLast ? handed : consumed),
      moveTo(to) {
        held -= weigh(waiting)
        waiting = []
        handed = to
        behindLast = to
        source.position = to
        fetcher.schedule()
      },
      shift(count) {
        const taken = waiting.splice(0, count)
        held -= weigh(taken)
        handed = waiting[0]?.offset ?? source.position
        behindLast = (taken.at(-1)?.offset ?? behindLast - 1) + 1
        return taken
      },
      size: () => waiting.length,
    }
    sources.push(source)
    fetcher.add(source)
    return source
  }

  /** Each topic in turn gets an equal share of what is left, so that a busy one does not starve the others. */
  const share = (max: number): LogRecord[] => {
    const ready = sources.filter(source => source.size() > 0)
    const first = turn++ % Math.max(1, ready.length)
    const taken: LogRecord[] = []
    const order = [...ready.slice(first), ...ready.slice(0, first)]
    for (const [index, source] of order.entries())
      taken.push(...source.shift(Math.ceil((max - taken.length) / (order.length - index))))
    return taken
  }

  return {
    sources,
    open,
    async take(max, signal, enough = () => false) {
      const onAbort = (): void => wake()
      signal.addEventListener('abort', onAbort)
      try {
        for (;;) {
          if (failure) throw failure
          if (signal.aborted) return []
          const full = held >= limit
          const taken = share(max)
          if (full && held < limit) fetcher.schedule()
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
      for (const source of sources) fetcher.remove(source)
    },
  }
}

function weigh(records: readonly LogRecord[]): number {
  let bytes = 0
  for (const { key, value } of records) bytes += overhead + (key?.length ?? 0) + (value?.length ?? 0)
  return bytes
}
