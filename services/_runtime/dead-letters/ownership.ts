import { randomUUID } from 'node:crypto'
import { redriveGroup, resolvedTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { pause } from '../core/abort.ts'
import { backoffMs } from '../core/backoff.ts'
import type { EventLog, LogRecord, NewRecord, PartitionConsumer } from '../log/event-log.ts'
import { Progress, type ProgressChange, progressChange, progressRecord } from './progress.ts'

/** A member whose partition numbers are all unwanted leaves after this, so that another gets them. */
const unwantedMs = 2_000
const rejoinBackoff = { firstMs: 200, maxMs: 2_000 } as const

/** One partition number whose dead letters only this process resolves, until the signal is aborted. */
export type OwnedProgress = {
  readonly partition: number
  readonly signal: AbortSignal
  readonly progress: Progress
  /** One transaction: appends the outputs and changes the progress, or does neither. FLY_FENCED when another process is the owner now. */
  readonly commit: (outputs: readonly NewRecord[], changes: readonly ProgressChange[]) => Promise<void>
}

/**
 * Calls `resolve` for each of the wanted partition numbers while this process owns it, until the signal is aborted. The members of
 * the group share the partition numbers, and a transaction of an earlier owner fails. What counts is in the topic of the
 * progress; the group's positions only show whether a commit happened. `wanted` may shrink meanwhile.
 */
export async function ownProgress(
  log: EventLog,
  service: ServiceName,
  wanted: ReadonlySet<number>,
  resolve: (owned: OwnedProgress) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const leaving = new AbortController()
    let owned = 0
    const consume = async (consumer: PartitionConsumer): Promise<void> => {
      if (wanted.has(consumer.partition)) {
        owned++
        try {
          await resolve(await openProgress(log, service, consumer))
        } finally {
          owned--
        }
      } else {
        await pause(unwantedMs, consumer.signal)
        if (owned === 0) leaving.abort()
      }
    }
    await log.join(redriveGroup(service), [resolvedTopic(service)], consume, AbortSignal.any([signal, leaving.signal]))
    await pause(backoffMs(attempt, rejoinBackoff), signal)
  }
}

/**
 * Makes this process the owner by a transaction of its own, and reads the progress until that is visible: everything that earlier
 * owners committed comes before it, also when the broker that answers does not know the newest end yet.
 */
async function openProgress(log: EventLog, service: ServiceName, consumer: PartitionConsumer): Promise<OwnedProgress> {
  const { partition, signal } = consumer
  const owner = randomUUID()
  const commit = async (outputs: readonly NewRecord[], changes: readonly ProgressChange[]): Promise<void> => {
    await consumer.commit([...outputs, ...changes.map(change => progressRecord(service, partition, change))], [])
  }
  await commit([], [{ owner }])
  const progress = new Progress()
  const visible = new AbortController()
  const apply = (records: readonly LogRecord[]): void => {
    for (const record of records) {
      progress.apply(progressChange(record))
      if (progress.owner === owner) visible.abort()
    }
  }
  const options = { partitions: [partition], from: 'beginning', follow: true } as const
  await log.read([resolvedTopic(service)], options, apply, AbortSignal.any([signal, visible.signal]))
  signal.throwIfAborted()
  return {
    ...{ partition, signal, progress },
    async commit(outputs, changes) {
      await commit(outputs, changes)
      for (const change of changes) progress.apply(change)
    },
  }
}
