import { isObject, type JsonObject } from '#runtime/core/json.ts'
import {
  type ConversationMessage,
  callPart,
  ignored,
  jsonText,
  messagesOfParts,
  type Part,
  readContent,
  resultPart,
  textPart,
  unknownPart,
  unknownRole,
} from './form.ts'

const roles: Readonly<Record<string, ConversationMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
}

/** A message of OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/gen-ai/ (`parts` with a type). */
export function readGenAiParts(message: JsonObject, where: string): readonly ConversationMessage[] {
  const role = roles[String(message['role'])]
  if (role === undefined) throw unknownRole(message['role'], where)
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
      return { kind: 'media', shown: shownByModality(part['modality']) }
    default:
      throw unknownPart(part, where)
  }
}

const shownByModality = (modality: unknown): '[image]' | '[audio]' | '[video]' | '[file]' =>
  modality === 'image' ? '[image]' : modality === 'audio' ? '[audio]' : modality === 'video' ? '[video]' : '[file]'

/** Whether a message has parts with a type. */
export const isGenAiMessage = ({ parts }: JsonObject): boolean =>
  Array.isArray(parts) && parts.some(part => isObject(part) && typeof part['type'] === 'string')
