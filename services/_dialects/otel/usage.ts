import type { Step } from '#schemas/events.ts'
import type { AiSpan } from './ai-span.ts'

/** Names of the same measure in all conventions, the most exact first. */
const names = {
  model: ['gen_ai.response.model', 'ai.response.model', 'llm.model_name', 'gen_ai.request.model', 'ai.model.id'],
  inputTokens: [
    ...['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.usage.prompt_tokens'],
    ...['llm.token_count.prompt', 'ai.usage.inputTokens', 'ai.usage.promptTokens'],
  ],
  outputTokens: [
    ...['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.usage.completion_tokens'],
    ...['llm.token_count.completion', 'ai.usage.outputTokens', 'ai.usage.completionTokens'],
  ],
  cachedTokens: [
    ...['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
    ...['llm.token_count.prompt_details.cache_read', 'ai.usage.cachedInputTokens'],
    'ai.usage.inputTokenDetails.cacheReadTokens',
  ],
} as const

export type Measured = Pick<Step, 'model' | 'latencyMs' | 'inputTokens' | 'outputTokens' | 'cachedTokens'>

/** What a span says about the step that it is. */
export function measuredBy({ span }: AiSpan): Measured {
  const { attributes, start, end } = span
  const tokens = (measure: 'inputTokens' | 'outputTokens' | 'cachedTokens'): number | null =>
    names[measure].map(name => Number(attributes[name])).find(value => Number.isSafeInteger(value) && value >= 0) ??
    null
  const model = names.model.map(name => attributes[name]).find(value => typeof value === 'string')
  return {
    model: model ?? null,
    latencyMs: Math.max(0, end - start),
    inputTokens: tokens('inputTokens'),
    outputTokens: tokens('outputTokens'),
    cachedTokens: tokens('cachedTokens'),
  }
}
