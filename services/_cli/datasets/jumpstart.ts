import type { Tool } from '#schemas/events.ts'
import { type ChatRow, callJson, type NamedMessage, toolJson } from './chat-row.ts'

/** What SageMaker JumpStart makes a prompt and a completion of: it lies as template.json beside the lines. */
export const jumpstartTemplate = {
  prompt: '{system}\n\nTools:\n{tools}\n\nConversation:\n{conversation}\n\nassistant: ',
  completion: '{response}',
}

/** A line of JumpStart's instruction tuning, with the fields that the template names. A response with calls is a JSON list of them. */
export function jumpstartLine({ system, before, right }: ChatRow, tools: readonly Tool[]): string {
  const fields = {
    system: system ?? '',
    tools: tools.map(toolJson).join('\n'),
    conversation: before.map(message => `${message.role}: ${written(message)}`).join('\n'),
    response: written(right),
  }
  return `${JSON.stringify(fields)}\n`
}

function written(message: NamedMessage): string {
  if (message.role !== 'assistant' || message.calls.length === 0) return message.text
  const calls = `[${message.calls.map(callJson).join(',')}]`
  return message.text === '' ? calls : `${message.text}\n${calls}`
}
