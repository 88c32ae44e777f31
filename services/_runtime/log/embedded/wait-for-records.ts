import type { EmbeddedPartition } from './topics.ts'

/** Resolves when one of the partitions gets records, the signal is aborted, or the function given to `onWaiting` is called. */
export async function waitForRecords(
  partitions: readonly EmbeddedPartition[],
  signal: AbortSignal,
  onWaiting: (wake: () => void) => void = () => {},
): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = (): void => resolve()
  for (const { wakeCallbacks } of partitions) wakeCallbacks.add(wake)
  signal.addEventListener('abort', wake)
  onWaiting(wake)
  await promise
  signal.removeEventListener('abort', wake)
  for (const { wakeCallbacks: waiting } of partitions) waiting.delete(wake)
}
