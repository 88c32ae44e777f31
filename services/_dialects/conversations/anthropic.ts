import type { JsonObject } from '#runtime/core/json.ts'
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
  unknownPart,
} from './form.ts'

/** A message of Anthropic's Messages API. */
export function readAnthropic(message: JsonObject, where: string): readonly ConversationMessage[] {
  const role = readRole(rolesWithoutTool, message['role'], where)
  return messagesOfParts(role, readContent(message['content'], `${where}.content`, anthropicPart))
}

function anthropicPart(part: JsonObject, where: string): Part {
  const { type } = part
  switch (type) {
    case 'text':
      return textPart(part['text'], where)
    case 'image':
      return { kind: 'media', shown: '[image]' }
    case 'document':
    case 'container_upload':
      return { kind: 'media', shown: '[file]' }
    case 'search_result':
      return textPart(jsonText(part['content']), where)
    case 'thinking':
    case 'redacted_thinking':
      return ignored
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return callPart(part['id'], part['name'], part['input'], where)
    default:
      if (typeof type === 'string' && /(^|_)tool_result$/.test(type)) return anthropicResult(part, where)
      throw unknownPart(part, where)
  }
}

/** `tool_result`, or the result of a tool that runs at Anthropic, whose content has shapes of its own. */
function anthropicResult(part: JsonObject, where: string): Part {
  const { type, content, is_error } = part
  const isOwn = type === 'tool_result' || type === 'mcp_tool_result'
  const text = isOwn ? resultText(content, `${where}.content`, anthropicPart) : jsonText(content)
  return resultPart(part['tool_use_id'], text, typeof is_error === 'boolean' ? is_error : null)
}
