import { isObject, type JsonObject } from '#runtime/core/json.ts'
import {
  type ConversationMessage,
  callPart,
  ignored,
  jsonText,
  messagesOfParts,
  type Part,
  readContent,
  readRole,
  resultPart,
  resultText,
  rolesWithoutTool,
  textPart,
  UnreadableConversation,
  unknownPart,
} from './form.ts'

/** Items of OpenAI's Responses API, of input and output. What the model put out between two other items is one message. */
export function readOpenaiResponses(items: readonly JsonObject[], where: string): readonly ConversationMessage[] {
  const messages: ConversationMessage[] = []
  let output: Part[] = []
  const flush = (): void => {
    if (output.length > 0) messages.push(...messagesOfParts('assistant', output))
    output = []
  }
  for (const [index, item] of items.entries()) {
    const position = `${where}[${index}]`
    const { role, parts } = readItem(item, position)
    if (role === 'assistant') output.push(...parts)
    else {
      flush()
      messages.push(...messagesOfParts(role, parts))
    }
  }
  flush()
  return messages
}

type Item = { readonly role: ConversationMessage['role']; readonly parts: readonly Part[] }

function readItem(item: JsonObject, where: string): Item {
  const { type, call_id } = item
  switch (type) {
    case undefined:
    case 'message':
      return {
        role: readRole(roles, item['role'], where),
        parts: readContent(item['content'], `${where}.content`, itemPart),
      }
    case 'function_call':
    case 'mcp_call':
      return { role: 'assistant', parts: callParts(item, where) }
    case 'custom_tool_call':
      return { role: 'assistant', parts: [callPart(call_id, item['name'], item['input'], where)] }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return {
        role: 'tool',
        parts: [resultPart(call_id, resultText(item['output'], `${where}.output`, itemPart), null)],
      }
    case 'reasoning':
    case 'compaction':
      return { role: 'assistant', parts: [ignored] }
    default:
      throw new UnreadableConversation(where, `unknown item ${String(type)}`)
  }
}

/** A tool of MCP runs at OpenAI: its call holds its result. */
function callParts(item: JsonObject, where: string): readonly Part[] {
  const { id, call_id, output, error } = item
  const call = callPart(call_id ?? id, item['name'], item['arguments'], where)
  if (output == null && error == null) return [call]
  return [call, resultPart(call_id ?? id, jsonText(output ?? error), error != null)]
}

const roles = new Map<string, ConversationMessage['role']>([...rolesWithoutTool, ['developer', 'system']])

function itemPart(part: JsonObject, where: string): Part {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return textPart(part['text'], where)
    case 'refusal':
      return textPart(part['refusal'], where)
    case 'input_image':
      return { kind: 'media', shown: '[image]' }
    case 'input_audio':
      return { kind: 'media', shown: '[audio]' }
    case 'input_file':
      return { kind: 'media', shown: '[file]' }
    default:
      throw unknownPart(part, where)
  }
}

const itemTypes = /^(function_call|mcp_call|custom_tool_call|function_call_output|custom_tool_call_output|reasoning)$/
const partTypes = /^(input|output)_(text|image|file)$/

/** Whether a value is an item that only this API has. */
export const isResponsesItem = ({ type, content }: JsonObject): boolean =>
  itemTypes.test(String(type)) ||
  (Array.isArray(content) && content.some(part => isObject(part) && partTypes.test(String(part['type']))))
