import type { Clock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import { decorate, type LanguageModel, type Prompt } from './language-model.ts'
import type { ModelLedger } from './ledger.ts'

export type TokenBudget = { readonly service: string; readonly tokensPerDay: number }

/** What a chat template puts around a message, at most. */
const templateTokensPerMessage = 16

/** No tokenizer makes more tokens of a text than it has bytes. */
export const maxTokensUsed = ({ messages, maxTokens }: Prompt): number =>
  messages.reduce((sum, { content }) => sum + Buffer.byteLength(content) + templateTokensPerMessage, maxTokens)

/**
 * A hard stop: an attempt whose tokens might go beyond the service's budget of the UTC day is refused before it is made. All
 * that it may take is taken first, and what it did not use given back once that is known: where no answer came nobody
 * knows what was spent, so nothing is given back.
 */
export function withBudget(
  inner: LanguageModel,
  { service, tokensPerDay }: TokenBudget,
  ledger: ModelLedger,
  clock: Clock,
) {
  return decorate(inner, async (prompt, signal) => {
    const day = new Date(clock.now()).toISOString().slice(0, 10)
    const taken = maxTokensUsed(prompt)
    if (!ledger.reserve(service, day, taken, tokensPerDay))
      return { refused: `the budget of ${service} on ${day}, ${tokensPerDay} tokens, has no room for this call` }
    try {
      const answer = await inner.complete(prompt, signal)
      const used = 'refused' in answer ? 0 : answer.usage.inputTokens + answer.usage.outputTokens
      ledger.release(service, day, taken - used)
      return answer
    } catch (error) {
      if (error instanceof Fault && error.details['status'] !== undefined) ledger.release(service, day, taken)
      throw error
    }
  })
}
