import { setTimeout as sleep } from 'node:timers/promises'
import { type BackoffLimits, backoffMs } from '#runtime/core/backoff.ts'
import { Fault, faultAction } from '#runtime/core/faults.ts'
import { attemptDetails } from './failed-attempt.ts'
import { decorate, type LanguageModel } from './language-model.ts'

/** A server that asks for a longer pause than `maxMs` is not waited for. */
export type RetryLimits = BackoffLimits & { readonly attempts: number }

const defaultLimits: RetryLimits = { attempts: 5, firstMs: 1_000, maxMs: 60_000 }

/**
 * Retries after faults whose action is `retry`, not earlier than the server's Retry-After. After the last attempt the answer is a refusal
 * rather than a fault: processing does not stop for a model, every caller has a method without one. `onRetry` is called before
 * each further attempt.
 */
export function withRetries(
  inner: LanguageModel,
  onRetry: () => void,
  limits: RetryLimits = defaultLimits,
): LanguageModel {
  return decorate(inner, async (prompt, signal) => {
    for (let attempts = 1; ; attempts++) {
      try {
        return await inner.complete(prompt, signal)
      } catch (error) {
        if (signal.aborted || !(error instanceof Fault) || faultAction(error) !== 'retry') throw error
        const { retryAfterMs = 0 } = attemptDetails(error)
        if (attempts === limits.attempts || retryAfterMs > limits.maxMs)
          return { refused: `given up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${error.message}` }
        onRetry()
        await sleep(Math.max(retryAfterMs, backoffMs(attempts - 1, limits)), undefined, { signal })
      }
    }
  })
}
