import { z } from 'zod'
import { unreadableAnswer } from '../failed-attempt.ts'
import type { Completion, Prompt } from '../language-model.ts'

/** The request body of an OpenAI chat completion; Bedrock's imported models take it too. */
export function chatRequest({ messages, maxTokens, schema }: Prompt) {
  const format = schema && {
    response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema: jsonSchema(schema) } },
  }
  return { messages: messages.map(message => ({ ...message })), max_tokens: maxTokens, temperature: 0, ...format }
}

/** The schema of the answer's text, before transformations. */
const jsonSchema = (schema: z.ZodType): Record<string, unknown> => z.toJSONSchema(schema, { io: 'input' })

const count = z.number().int().min(0)
const chatCompletionSchema = z.object({
  model: z.string().optional(),
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }),
})

/** The answer in a chat completion. FLY_MODEL when the body is something else. */
export function parseChatCompletion(name: string, body: unknown): Pick<Completion, 'text' | 'usage' | 'model'> {
  const { data } = chatCompletionSchema.safeParse(body)
  const [choice] = data?.choices ?? []
  if (data === undefined || choice === undefined) throw unreadableAnswer(name, 'not a chat completion')
  return {
    // A model that declines to answer has no content, and says so in another field.
    text: choice.message.content ?? '',
    usage: { inputTokens: data.usage.prompt_tokens, outputTokens: data.usage.completion_tokens },
    model: data.model ?? name,
  }
}
