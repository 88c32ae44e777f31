import { pause } from '../../core/abort.ts'
import { backoffMs } from '../../core/backoff.ts'
import { Fault } from '../../core/faults.ts'

const backoff = { firstMs: 40, maxMs: 1_000 } as const

/**
 * Retries while `shouldRetry` allows it, then throws the last error. `attempts` counts from 1. Once the signal is aborted it rejects at
 * once with FLY_BROKER: an attempt that is still running has no effect on the caller.
 */
export async function retryWithBackoff<T>(
  attempt: () => Promise<T>,
  shouldRetry: (error: unknown, attempts: number) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    if (signal.aborted) throw abortedFault()
    try {
      return await rejectOnAbort(signal, attempt())
    } catch (error) {
      if (signal.aborted || !shouldRetry(error, attempts)) throw error
      await pause(backoffMs(attempts - 1, backoff), signal)
    }
  }
}

/** The promise, or a rejection with FLY_BROKER when the signal is aborted first. It is not cancelled: what it does later must be harmless. */
export function rejectOnAbort<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(abortedFault())
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', onAbort))
}

const abortedFault = (): Fault =>
  new Fault('FLY_BROKER', 'stopped before it finished: the log or the process is closing')
