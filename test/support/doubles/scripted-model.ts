import type { Completion, LanguageModel, ModelRefusal, Prompt } from '#models/language-model.ts'

/** A prompt of one message. */
export const ask = (content: string, maxTokens = 10): Prompt => ({ messages: [{ role: 'user', content }], maxTokens })

/** An answer of a model. */
export const completion = (text: string, inputTokens = 3, outputTokens = 2): Completion => ({
  ...{ text, usage: { inputTokens, outputTokens }, model: 'm-1', milliseconds: 5 },
})

/** A model that gives these answers in turn, and the last one from then on. `prompts` are those it was asked. */
export function scriptedModel(
  ...answers: readonly (Completion | ModelRefusal | Error)[]
): LanguageModel & { readonly prompts: readonly Prompt[] } {
  const prompts: Prompt[] = []
  return {
    name: 'm',
    prompts,
    async complete(prompt) {
      const answer = answers[Math.min(prompts.push(prompt), answers.length) - 1] ?? { refused: 'no script' }
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}
