import type { Partition } from './topics.ts'

/** Resolves when one of the partitions gets records, the signal is aborted, or the function given to `onWaiting` is called. */
export async function wakened(
  partitions: readonly Partition[],
  signal: AbortSignal,
  onWaiting: (wake: () => void) => void = () => {},
): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = (): void => resolve()
  for (const { waiting } of partitions) waiting.add(wake)
  signal.addEventListener('abort', wake)
  onWaiting(wake)
  await promise
  signal.removeEventListener('abort', wake)
  for (const { waiting } of partitions) waiting.delete(wake)
}
