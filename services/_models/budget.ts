import type { Clock } from '#runtime/core/clock.ts'
import { attemptDetails } from './failed-attempt.ts'
import { decorate, type LanguageModel, type Prompt } from './language-model.ts'
import type { ModelLedger } from './ledger.ts'

export type TokenBudget = { readonly service: string; readonly tokensPerDay: number }

/** The largest number of tokens that a chat template adds to a message. */
const templateTokensPerMessage = 16

/** The largest number of tokens that a call can use: no tokenizer makes more tokens of a text than it has bytes. */
export const maxTokensUsed = ({ messages, maxTokens }: Prompt): number =>
  messages.reduce((sum, { content }) => sum + Buffer.byteLength(content) + templateTokensPerMessage, maxTokens)

/**
 * Refuses an attempt that might exceed the service's tokens of the UTC day. The largest possible use is reserved before the attempt,
 * and what was not used is released afterwards. Without a response the use is unknown, so nothing is released.
 */
export function withBudget(
  inner: LanguageModel,
  { service, tokensPerDay }: TokenBudget,
  ledger: ModelLedger,
  clock: Clock,
) {
  return decorate(inner, async (prompt, signal) => {
    const day = new Date(clock.now()).toISOString().slice(0, 10)
    const reserved = maxTokensUsed(prompt)
    if (!ledger.reserve(service, day, reserved, tokensPerDay))
      return { refused: `the budget of ${service} on ${day}, ${tokensPerDay} tokens, has no room for this call` }
    try {
      const answer = await inner.complete(prompt, signal)
      const used = 'refused' in answer ? 0 : answer.usage.inputTokens + answer.usage.outputTokens
      ledger.release(service, day, reserved - used)
      return answer
    } catch (error) {
      if (attemptDetails(error).status !== undefined) ledger.release(service, day, reserved)
      throw error
    }
  })
}
