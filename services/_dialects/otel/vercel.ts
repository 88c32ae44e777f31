import { isObject, parseIfJson } from '#runtime/core/json.ts'
import { readMessageList } from '../conversations/dialects.ts'
import { jsonText } from '../conversations/form.ts'
import { type Convention, type SpanMessages, type SpanRole, textOf } from './ai-span.ts'
import type { Attributes, OtlpSpan } from './spans.ts'

const operation = /^ai\.(?:generate|stream)(?:Text|Object)(\.do(?:Generate|Stream))?$/

/** Vercel's AI SDK, https://ai-sdk.dev/docs/ai-sdk-core/telemetry: `ai.prompt.messages`, `ai.response.toolCalls`, `ai.toolCall`. */
export const vercel: Convention = {
  fix: 'leave recordInputs and recordOutputs of experimental_telemetry on',
  roleOf({ attributes }): SpanRole | 'none' | undefined {
    const id = textOf(attributes, 'ai.operationId')
    if (id === undefined) return undefined
    if (id === 'ai.toolCall') return 'tool'
    const match = operation.exec(id)
    return match === null ? 'none' : match[1] === undefined ? 'agent' : 'model'
  },
  messagesOf,
  callOf({ attributes }) {
    const tool = textOf(attributes, 'ai.toolCall.name')
    const result = asText(attributes['ai.toolCall.result'])
    const written = attributes['ai.toolCall.args'] ?? attributes['ai.toolCall.input']
    return tool === undefined
      ? undefined
      : {
          id: textOf(attributes, 'ai.toolCall.id') ?? null,
          tool,
          arguments: written === undefined ? undefined : jsonText(written),
          result,
        }
  },
}

function messagesOf({ attributes }: OtlpSpan): SpanMessages {
  const messages = attributes['ai.prompt.messages']
  return {
    input: messages === undefined ? promptOf(attributes) : readMessageList(messages, { role: 'user' }),
    output: outputOf(attributes),
  }
}

/** What the caller gave: `{system, prompt}` or `{system, messages}`. */
function promptOf(attributes: Attributes): SpanMessages['input'] {
  const given = parseIfJson(attributes['ai.prompt'])
  if (!isObject(given)) return []
  return [
    ...readMessageList(given['system'], { role: 'system' }),
    ...readMessageList(given['messages'] ?? given['prompt'], { role: 'user' }),
  ]
}

/** The SDK writes a result as JSON, also where it is a text. */
function asText(written: unknown): string | undefined {
  if (typeof written !== 'string') return undefined
  const list = written.startsWith('"') ? parseIfJson(`[${written}]`) : undefined
  const value: unknown = Array.isArray(list) ? list[0] : undefined
  return typeof value === 'string' ? value : written
}

function outputOf(attributes: Attributes): SpanMessages['output'] {
  const content = textOf(attributes, 'ai.response.text', 'ai.response.object', 'ai.result.text') ?? ''
  const given = parseIfJson(attributes['ai.response.toolCalls'] ?? attributes['ai.result.toolCalls'])
  const calls = (Array.isArray(given) ? given : [])
    .filter(isObject)
    .map(({ toolCallId, toolName, args, input }) => ({ id: toolCallId, name: toolName, arguments: input ?? args }))
  return content === '' && calls.length === 0
    ? []
    : readMessageList({ role: 'assistant', content, tool_calls: calls }, { role: 'assistant' })
}
