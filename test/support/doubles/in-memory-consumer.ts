import { waitForAbort } from '#runtime/core/abort.ts'
import type { LogRecord, NewRecord, PartitionConsumer, Position, PositionGap } from '#runtime/log/event-log.ts'
import { partitionKey } from '#runtime/log/positions.ts'
import { recordSize } from '#runtime/log/record-size.ts'

/** What the tests of processing see of the log beside the consumer. */
export type InMemoryConsumer = PartitionConsumer & {
  /** The committed transactions: outputs in order, and the positions. */
  readonly commits: { readonly outputs: readonly NewRecord[]; readonly positions: readonly string[] }[]
  /** The next commits fail with these errors, before anything is written. */
  readonly failCommits: (...errors: readonly Error[]) => void
  /** How many of the records were polled. */
  readonly polled: () => number
  /** Revokes the partition. */
  readonly revoke: () => void
}

/**
 * Partition 0 of a group, with these records to consume and with the log's limits of size. It waits at their end. `write` stores
 * what is committed, for those who read it. `gap` was deleted after the first records, `after` of them.
 */
export function inMemoryConsumer(
  records: readonly LogRecord[],
  write: (outputs: readonly NewRecord[]) => Promise<readonly Position[]> = async () => [],
  gap?: PositionGap & { readonly after: number },
): InMemoryConsumer {
  const revoked = new AbortController()
  const failures: Error[] = []
  let next = 0
  let comingGap = gap
  const passedGaps: PositionGap[] = []
  const consumer: InMemoryConsumer = {
    partition: 0,
    signal: revoked.signal,
    uncommitted: [],
    takeGaps: () => passedGaps.splice(0),
    commits: [],
    failCommits: (...errors) => void failures.push(...errors),
    polled: () => next,
    revoke: () => revoked.abort(),
    async poll(max) {
      if (next >= records.length) await waitForAbort(revoked.signal)
      if (revoked.signal.aborted) return []
      if (comingGap?.after === next) {
        const { after: _after, ...passed } = comingGap
        comingGap = undefined
        passedGaps.push(passed)
        return []
      }
      const polled = records.slice(next, Math.min(next + max, comingGap?.after ?? Number.POSITIVE_INFINITY))
      next += polled.length
      return polled
    },
    async commit(outputs, positions) {
      const failure = failures.shift()
      if (failure) throw failure
      for (const output of outputs) recordSize(output)
      const positionsText = positions.map(position => `${partitionKey(position)}@${position.offset}`)
      consumer.commits.push({ outputs, positions: positionsText })
      return write(outputs)
    },
  }
  return consumer
}
