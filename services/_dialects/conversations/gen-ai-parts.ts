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
  shownAs,
  textPart,
  unknownPart,
} from './form.ts'

const roles = new Map(
  Object.entries<ConversationMessage['role']>({
    system: 'system',
    developer: 'system',
    user: 'user',
    assistant: 'assistant',
    tool: 'tool',
  }),
)

/** A message of OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/gen-ai/ (`parts` with a type). */
export function readGenAiParts(message: JsonObject, where: string): readonly ConversationMessage[] {
  const role = readRole(roles, message['role'], where)
  return messagesOfParts(role, readContent(message['parts'], `${where}.parts`, genAiPart))
}

function genAiPart(part: JsonObject, where: string): Part {
  const { type, id } = part
  switch (type) {
    case 'text':
      return textPart(part['content'] ?? part['text'], where)
    case 'tool_call':
      return callPart(id, part['name'], part['arguments'] ?? '', where)
    case 'tool_call_response':
      return resultPart(id, jsonText(part['response'] ?? part['result']), null)
    case 'reasoning':
      return ignored
    case 'blob':
    case 'uri':
    case 'file':
      return { kind: 'media', shown: shownAs(part['modality']) }
    default:
      throw unknownPart(part, where)
  }
}

/** Whether a message has parts with a type. */
export const isGenAiMessage = ({ parts }: JsonObject): boolean =>
  Array.isArray(parts) && parts.some(part => isObject(part) && typeof part['type'] === 'string')
