/** A partition in memory, equal to its row as committed. */
export type EmbeddedPartition = {
  readonly id: number
  readonly topic: string
  readonly number: number
  /** The oldest offset. */
  start: number
  /** The offset of the next record. */
  next: number
  /** Number of records. */
  live: number
  /** Compaction has been done up to this offset. */
  cleaned: number
  /** One callback for each `waitForRecords` that waits for this partition. */
  readonly wakeCallbacks: Set<() => void>
}

/** Ends every `waitForRecords` of these partitions. */
export function wakeReaders(partitions: Iterable<EmbeddedPartition>): void {
  for (const { wakeCallbacks } of partitions) for (const wake of wakeCallbacks) wake()
}

/**
 * Resolves when `wakeReaders` is called for one of the partitions, or when the signal is aborted.
 */
export async function waitForRecords(partitions: readonly EmbeddedPartition[], signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = (): void => resolve()
  for (const { wakeCallbacks } of partitions) wakeCallbacks.add(wake)
  signal.addEventListener('abort', wake)
  await promise
  signal.removeEventListener('abort', wake)
  for (const { wakeCallbacks } of partitions) wakeCallbacks.delete(wake)
}
