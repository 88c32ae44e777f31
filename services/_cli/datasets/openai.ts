import type { Tool } from '#schemas/events.ts'
import { type ChatRow, type NamedMessage, toolJson } from './chat-row.ts'

/**
 * A line of OpenAI's fine-tuning format, `{"messages", "tools"}`. Of the assistant's messages only the right one has weight 1: those
 * before it are what the agent did, which nobody may have reviewed.
 */
export function openaiLine({ system, before, right }: ChatRow, tools: readonly Tool[]): string {
  const messages = [
    ...(system === null ? [] : [{ role: 'system', content: system }]),
    ...before.map(message => openaiMessage(message, 0)),
    openaiMessage(right, 1),
  ]
  return `{"messages":${JSON.stringify(messages)},"tools":[${tools.map(toolJson).join(',')}]}\n`
}

function openaiMessage(message: NamedMessage, weight: 0 | 1): object {
  if (message.role === 'user') return { role: 'user', content: message.text }
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.text }
  const { role, text, calls } = message
  if (calls.length === 0) return { role, content: text, weight }
  const toolCalls = calls.map(call => ({
    ...{ id: call.id, type: 'function', function: { name: call.tool, arguments: call.arguments } },
  }))
  return { role, content: text === '' ? null : text, tool_calls: toolCalls, weight }
}
