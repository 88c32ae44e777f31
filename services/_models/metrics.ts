import type { Metrics } from '#runtime/telemetry/telemetry.ts'
import { decorate, type LanguageModel } from './language-model.ts'

/** US dollars for a million tokens. Without a price no cost is counted: an unknown cost is not a cost of 0. */
export type Price = { readonly input: number; readonly output: number }

/** Counts each attempt: its outcome, time, tokens and cost. */
export function withMetrics(inner: LanguageModel, service: string, price: Price | undefined, metrics: Metrics) {
  const labels = { service, model: inner.name }
  return decorate(inner, async (prompt, signal) => {
    let outcome = 'failed'
    const end = metrics.modelSeconds.startTimer(labels)
    try {
      const answer = await inner.complete(prompt, signal)
      outcome = 'refused' in answer ? 'refused' : 'answered'
      if ('refused' in answer) return answer
      const { inputTokens, outputTokens } = answer.usage
      metrics.modelTokens.inc({ ...labels, kind: 'input' }, inputTokens)
      metrics.modelTokens.inc({ ...labels, kind: 'output' }, outputTokens)
      if (price) metrics.modelDollars.inc(labels, (inputTokens * price.input + outputTokens * price.output) / 1e6)
      return answer
    } finally {
      end()
      metrics.modelCalls.inc({ ...labels, outcome })
    }
  })
}
