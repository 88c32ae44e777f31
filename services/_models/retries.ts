import { setTimeout as sleep } from 'node:timers/promises'
import { Fault, verdict } from '#runtime/core/faults.ts'
import { around, type LanguageModel } from './language-model.ts'

export type Patience = {
  readonly tries: number
  /** The pause after the first try; each one after it is twice as long. */
  readonly firstPauseMs: number
  /** A server that wants to be left alone for longer is not waited for. */
  readonly longestPauseMs: number
}

export const patience: Patience = { tries: 5, firstPauseMs: 1_000, longestPauseMs: 60_000 }

/**
 * What the table of faults says is tried again, is, not before the server's Retry-After. When nothing helps the answer is a
 * refusal: the wheel does not stand still for a model, and an offline method goes on without it. `retried` counts.
 */
export function withRetries(inner: LanguageModel, retried: () => void, limits: Patience = patience): LanguageModel {
  return around(inner, async (prompt, signal) => {
    for (let tries = 1; ; tries++) {
      try {
        return await inner.complete(prompt, signal)
      } catch (error) {
        if (signal.aborted || !(error instanceof Fault) || verdict(error) !== 'retry') throw error
        const wanted = Number(error.about['retryAfterMs'] ?? 0)
        if (tries === limits.tries || wanted > limits.longestPauseMs)
          return { refused: `given up after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${error.message}` }
        retried()
        const pause = Math.max(wanted, limits.firstPauseMs * 2 ** (tries - 1))
        await sleep(Math.min(limits.longestPauseMs, pause), undefined, { signal })
      }
    }
  })
}
