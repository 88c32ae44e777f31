import { setTimeout as sleep } from 'node:timers/promises'
import { Fault, faultAction } from '#runtime/core/faults.ts'
import { decorate, type LanguageModel } from './language-model.ts'

export type RetryLimits = {
  readonly attempts: number
  /** The pause after the first try; each one after it is twice as long. */
  readonly firstPauseMs: number
  /** A server that wants to be left alone for longer is not waited for. */
  readonly longestPauseMs: number
}

export const defaultRetryLimits: RetryLimits = { attempts: 5, firstPauseMs: 1_000, longestPauseMs: 60_000 }

/**
 * What the table of faults says is tried again, is, not before the server's Retry-After. When nothing helps the answer is a
 * refusal: the wheel does not stand still for a model, and an offline method goes on without it. `retried` counts.
 */
export function withRetries(
  inner: LanguageModel,
  onRetry: () => void,
  limits: RetryLimits = defaultRetryLimits,
): LanguageModel {
  return decorate(inner, async (prompt, signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await inner.complete(prompt, signal)
      } catch (error) {
        if (signal.aborted || !(error instanceof Fault) || faultAction(error) !== 'retry') throw error
        const retryAfterMs = Number(error.details['retryAfterMs'] ?? 0)
        if (attempt === limits.attempts || retryAfterMs > limits.longestPauseMs)
          return { refused: `given up after ${attempt} ${attempt === 1 ? 'try' : 'tries'}: ${error.message}` }
        onRetry()
        const pause = Math.max(retryAfterMs, limits.firstPauseMs * 2 ** (attempt - 1))
        await sleep(Math.min(limits.longestPauseMs, pause), undefined, { signal })
      }
    }
  })
}
