import type { z } from 'zod'

export type ChatMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }

export type Prompt = {
  /** A system message may come first. Then user and assistant alternate; the first and the last message are the user's. */
  readonly messages: readonly ChatMessage[]
  /** The limit of the answer's tokens. */
  readonly maxTokens: number
  /** The answer must be JSON that this schema accepts. */
  readonly schema?: z.ZodType
}

export type TokenUsage = { readonly inputTokens: number; readonly outputTokens: number }

export type Completion = {
  readonly text: string
  /** Tokens of this answer, including those of its repair; 0 where it came from the cache. */
  readonly usage: TokenUsage
  /** The model that answered, as the server names it. */
  readonly model: string
  /** Time until the answer, including waiting and repair. */
  readonly milliseconds: number
}

/** An expected outcome: there is no usable answer. `refused` is the reason; it contains no text of the prompt or the answer. */
export type ModelRefusal = { readonly refused: string }

/**
 * A chat model with greedy decoding, without streaming. An adapter makes one attempt; each wrapper (README.md) adds one guarantee to the
 * same interface. FLY_MODEL where another attempt may help; FLY_CONFIG where the server does not know the caller or the
 * model. Prompts and answers are in no fault, log or metric. When the signal is aborted it rejects with the signal's reason.
 */
export interface LanguageModel {
  /** As the settings name it. */
  readonly name: string
  complete(prompt: Prompt, signal: AbortSignal): Promise<Completion | ModelRefusal>
}

/** A wrapper around a model: the same name, another `complete`. */
export const decorate = (inner: LanguageModel, complete: LanguageModel['complete']): LanguageModel => ({
  name: inner.name,
  complete,
})

/** Asks for JSON and returns it as the output of the schema. The model must have the `repair` wrapper, which checks the answer. */
export async function askJson<T>(
  model: LanguageModel,
  prompt: Prompt & { readonly schema: z.ZodType<T> },
  signal: AbortSignal,
): Promise<(Omit<Completion, 'text'> & { readonly value: T }) | ModelRefusal> {
  const answer = await model.complete(prompt, signal)
  if ('refused' in answer) return answer
  const { text, ...rest } = answer
  return { ...rest, value: prompt.schema.parse(extractJson(text)) }
}

/** The JSON in an answer, also within a code fence or between sentences; undefined where there is none. */
export function extractJson(text: string): unknown {
  for (const candidate of [text, text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)])
    try {
      return JSON.parse(candidate)
    } catch {}
  return undefined
}
