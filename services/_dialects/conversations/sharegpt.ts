import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'
import {
  type ConversationMessage,
  callPart,
  messagesOfParts,
  type Part,
  readRole,
  resultPart,
  textPart,
  UnreadableConversation,
} from './form.ts'

const authors = new Map(
  Object.entries<ConversationMessage['role']>({
    human: 'user',
    user: 'user',
    gpt: 'assistant',
    chatgpt: 'assistant',
    assistant: 'assistant',
    function_call: 'assistant',
    system: 'system',
    tool: 'tool',
    observation: 'tool',
    function_response: 'tool',
  }),
)

/**
 * A message of ShareGPT, `{from, value}`. Calls are JSON in a message from `function_call` (LLaMA-Factory), or in tags
 * <tool_call> in a text (Hermes); results are in messages of their own, and may be in tags <tool_response>.
 */
export function readShareGpt({ from, value }: JsonObject, where: string): readonly ConversationMessage[] {
  const role = readRole(authors, from, where)
  if (typeof value !== 'string') throw new UnreadableConversation(`${where}.value`, 'not a text')
  if (from === 'function_call') return messagesOfParts('assistant', callsIn(value, `${where}.value`))
  if (role === 'tool') return messagesOfParts(role, resultsIn(value))
  return messagesOfParts(role, role === 'assistant' ? taggedParts(value, `${where}.value`) : [textPart(value, where)])
}

function taggedParts(value: string, where: string): readonly Part[] {
  const texts = value
    .replace(/<think>[\s\S]*?<\/think>/g, '')
    .split(/(<tool_call>[\s\S]*?<\/tool_call>)/)
    .filter(piece => piece.trim() !== '')
  return texts.flatMap(piece => {
    const [, call] = /^<tool_call>([\s\S]*)<\/tool_call>$/.exec(piece) ?? []
    if (call !== undefined) return callsIn(call, where)
    if (piece.includes('<tool_call>')) throw new UnreadableConversation(where, 'a <tool_call> without its end')
    return [textPart(texts.length > 1 ? piece.trim() : piece, where)]
  })
}

/** One call, or a list of them. */
function callsIn(value: string, where: string): readonly Part[] {
  const given = parseIfJson(value)
  const calls = Array.isArray(given) ? given : [given]
  return calls.map((call: unknown) => {
    if (isObject(call)) return callPart(call['id'], call['name'], call['arguments'], where)
    throw new UnreadableConversation(where, 'a call that is not JSON: {"name": …, "arguments": …}')
  })
}

function resultsIn(value: string): readonly Part[] {
  const tagged = [...value.matchAll(/<tool_response>\n?([\s\S]*?)\n?<\/tool_response>/g)].map(([, text]) => text ?? '')
  return (tagged.length > 0 ? tagged : [value]).map(text => resultPart(null, text, null))
}
