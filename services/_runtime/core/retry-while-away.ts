import { pause } from './abort.ts'
import { backoffMs } from './backoff.ts'
import { Fault, faultAction } from './faults.ts'

const backoff = { firstMs: 100, maxMs: 5_000 } as const

/** Tries again, with a growing delay, after faults of an outage; throws any other error, and every error once the signal is aborted. */
export async function retryWhileAway<T>(
  attempt: () => Promise<T>,
  onRetry: (fault: Fault) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 0; ; failures++)
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || !(error instanceof Fault) || faultAction(error) !== 'retry') throw error
      onRetry(error)
      await pause(backoffMs(failures, backoff), signal)
    }
}
