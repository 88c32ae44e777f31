import OpenAI from 'openai'
import type { Clock } from '#runtime/core/clock.ts'
import type { LanguageModel } from '../language-model.ts'
import { chatRequest, parseChatCompletion } from './chat-messages.ts'
import { classifyFailure, unreadableAnswer } from './failed-attempt.ts'

/** `key` absent: the server asks for none. */
export type OpenaiServer = { readonly url: string; readonly key: string | undefined }

/** A model behind an OpenAI-compatible server. */
export function openOpenaiModel(name: string, { url, key }: OpenaiServer, clock: Clock): LanguageModel {
  const client = new OpenAI({
    baseURL: url,
    apiKey: key ?? 'none',
    // Who is asked and how is said by our settings alone, and the client's own log would hold prompts.
    ...({ organization: null, project: null, logLevel: 'off', maxRetries: 0 } as const),
  })
  return {
    name,
    async complete(prompt, signal) {
      const started = performance.now()
      try {
        const body = await client.chat.completions.create({ model: name, ...chatRequest(prompt) }, { signal })
        return { ...parseChatCompletion(name, body), milliseconds: performance.now() - started }
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof SyntaxError) throw unreadableAnswer(name, 'not JSON')
        if (!(error instanceof OpenAI.APIError)) throw error
        const { status, code, headers } = error
        const failure = {
          status,
          code: code ?? socketCode(error),
          retryAfter: headers?.get('retry-after') ?? undefined,
        }
        return classifyFailure(name, failure, clock.now())
      }
    },
  }
}

/** What Node calls the error of the socket, somewhere below. */
function socketCode(error: Error): string | undefined {
  let cause: unknown = error.cause
  while (cause instanceof Error) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
    cause = cause.cause
  }
  return undefined
}
