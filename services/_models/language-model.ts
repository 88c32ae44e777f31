import type { z } from 'zod'

export type ChatMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }

export type Prompt = {
  /** A system message may only be the first; roles alternate after it, the user's turn first and last. */
  readonly messages: readonly ChatMessage[]
  /** Most tokens of the answer. */
  readonly maxTokens: number
  /** The answer must be JSON that this accepts. */
  readonly schema?: z.ZodType
}

export type TokenUsage = { readonly inputTokens: number; readonly outputTokens: number }

export type Completion = {
  readonly text: string
  /** What this answer took, repair included; nothing where it was remembered. */
  readonly usage: TokenUsage
  /** Who answered, as the server names it. */
  readonly model: string
  /** From asking to having the answer, waiting and repair included. */
  readonly milliseconds: number
}

/** An expected outcome: there is no answer that could be used. `refused` is the reason, without any text of prompt or answer. */
export type ModelRefusal = { readonly refused: string }

/**
 * A chat model, greedy and without streaming. Adapters make one attempt; each wrapper adds one promise to the same interface.
 * Faults: FLY_MODEL where another try may help, FLY_CONFIG where the server knows neither caller nor model. Prompts and answers
 * enter no fault, log or metric. An aborted signal rejects with its reason.
 */
export interface LanguageModel {
  /** As the settings name it. */
  readonly name: string
  complete(prompt: Prompt, signal: AbortSignal): Promise<Completion | ModelRefusal>
}

/** A model that has one more promise than the one inside: `complete` is told how. */
export const decorate = (inner: LanguageModel, complete: LanguageModel['complete']): LanguageModel => ({
  name: inner.name,
  complete,
})

/** Asks a model that repairs for JSON, and gives it as the schema's output. */
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

/** The JSON in an answer, also inside a code fence or between sentences; undefined where there is none. */
export function extractJson(text: string): unknown {
  for (const candidate of [text, text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)])
    try {
      return JSON.parse(candidate)
    } catch {}
  return undefined
}
