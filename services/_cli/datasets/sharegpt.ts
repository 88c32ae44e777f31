import type { Tool } from '#schemas/events.ts'
import { type ChatRow, callJson, type NamedMessage, toolJson } from './chat-row.ts'

/**
 * A line of ShareGPT, `{"conversations", "tools"}`, in the form of Hermes: calls and results are in tags, so that a message can hold a
 * text and several calls, and authors take turns. Ids of calls have no place in it.
 */
export function sharegptLine({ system, before, right }: ChatRow, tools: readonly Tool[]): string {
  const conversations = [
    ...(system === null ? [] : [{ from: 'system', value: system }]),
    ...joinResults([...before, right].map(sharegptMessage)),
  ]
  return `${JSON.stringify({ conversations, tools: `[${tools.map(toolJson).join(',')}]` })}\n`
}

type ShareGptMessage = { readonly from: 'human' | 'gpt' | 'tool'; readonly value: string }

function sharegptMessage(message: NamedMessage): ShareGptMessage {
  if (message.role === 'user') return { from: 'human', value: message.text }
  if (message.role === 'tool') return { from: 'tool', value: tagged('tool_response', message.text) }
  const calls = message.calls.map(call => tagged('tool_call', callJson(call)))
  return { from: 'gpt', value: [...(message.text === '' ? [] : [message.text]), ...calls].join('\n') }
}

const tagged = (tag: string, text: string): string => `<${tag}>\n${text}\n</${tag}>`

/** The results of one message's calls are one message. */
function joinResults(messages: readonly ShareGptMessage[]): readonly ShareGptMessage[] {
  const joined: ShareGptMessage[] = []
  for (const message of messages) {
    const last = joined.at(-1)
    if (message.from !== 'tool' || last?.from !== 'tool') joined.push(message)
    else joined.splice(-1, 1, { from: 'tool', value: `${last.value}\n${message.value}` })
  }
  return joined
}
