import OpenAI from 'openai'
import type { Clock } from '#runtime/core/clock.ts'
import { classifyFailure, unreadableAnswer } from '../failed-attempt.ts'
import type { LanguageModel } from '../language-model.ts'
import { chatRequest, parseChatCompletion } from './chat-messages.ts'

/** Without a key the server must not require one. */
export type OpenaiServer = { readonly url: string; readonly key: string | undefined }

/** A model behind an OpenAI-compatible server. */
export function openOpenaiModel(name: string, { url, key }: OpenaiServer, clock: Clock): LanguageModel {
  const client = new OpenAI({
    baseURL: url,
    apiKey: key ?? 'none',
    // Only our settings apply, not the client's environment variables; its log would contain prompts.
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

/** Node's code of the socket error that is the cause. */
function socketCode(error: Error): string | undefined {
  let cause: unknown = error.cause
  while (cause instanceof Error) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
    cause = cause.cause
  }
  return undefined
}
