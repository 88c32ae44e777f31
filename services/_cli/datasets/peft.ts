import type { Tool } from '#schemas/events.ts'
import { type ChatRow, callJson, type NamedMessage, toolJson } from './chat-row.ts'

/**
 * A line for PEFT by TRL's `SFTTrainer`: `prompt`, of which nothing is learnt, `completion` and `tools`. Arguments are JSON values, as the
 * chat templates of open models expect them.
 */
export function peftLine({ system, before, right }: ChatRow, tools: readonly Tool[]): string {
  const prompt = [
    ...(system === null ? [] : [JSON.stringify({ role: 'system', content: system })]),
    ...before.map(peftMessage),
  ]
  return `{"prompt":[${prompt.join(',')}],"completion":[${peftMessage(right)}],"tools":[${tools.map(toolJson).join(',')}]}\n`
}

function peftMessage(message: NamedMessage): string {
  if (message.role === 'user') return JSON.stringify({ role: 'user', content: message.text })
  if (message.role === 'tool')
    return JSON.stringify({ role: 'tool', tool_call_id: message.callId, content: message.text })
  const { role, text, calls } = message
  const said = `"role":"${role}","content":${JSON.stringify(text)}`
  if (calls.length === 0) return `{${said}}`
  const made = calls.map(call => `{"id":${JSON.stringify(call.id)},"type":"function","function":${callJson(call)}}`)
  return `{${said},"tool_calls":[${made.join(',')}]}`
}
