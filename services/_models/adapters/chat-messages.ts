import { z } from 'zod'
import type { Completion, Prompt } from '../language-model.ts'
import { unreadableAnswer } from './failed-attempt.ts'

/** The body of an OpenAI chat completion, which Bedrock's imported models take as well. */
export function chatRequest({ messages, maxTokens, schema }: Prompt) {
  const format = schema && {
    response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema: jsonSchema(schema) } },
  }
  return { messages: messages.map(message => ({ ...message })), max_tokens: maxTokens, temperature: 0, ...format }
}

/** Of what is to be written, not of what becomes of it. */
const jsonSchema = (schema: z.ZodType): Record<string, unknown> => z.toJSONSchema(schema, { io: 'input' })

const count = z.number().int().min(0)
const chatCompletionSchema = z.object({
  model: z.string().optional(),
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }),
})

/** What a chat completion answered. FLY_MODEL when it is something else. */
export function parseChatCompletion(name: string, body: unknown): Pick<Completion, 'text' | 'usage' | 'model'> {
  const { data } = chatCompletionSchema.safeParse(body)
  const [choice] = data?.choices ?? []
  if (data === undefined || choice === undefined) throw unreadableAnswer(name, 'not a chat completion')
  return {
    // A model that will not say anything says so beside its content.
    text: choice.message.content ?? '',
    usage: { inputTokens: data.usage.prompt_tokens, outputTokens: data.usage.completion_tokens },
    model: data.model ?? name,
  }
}
