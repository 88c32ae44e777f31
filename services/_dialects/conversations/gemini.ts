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
  type Shown,
  shownAs,
  textPart,
  unknownPart,
} from './form.ts'

const roles = new Map(
  Object.entries<ConversationMessage['role']>({
    user: 'user',
    model: 'assistant',
    function: 'tool',
    tool: 'tool',
    system: 'system',
  }),
)

/** A content of Gemini's generateContent, with field names in camelCase or in the snake_case of its Python package. */
export function readGemini(message: JsonObject, where: string): readonly ConversationMessage[] {
  const role = readRole(roles, message['role'] ?? 'user', where)
  return messagesOfParts(role, readContent(message['parts'], `${where}.parts`, geminiPart))
}

function geminiPart(part: JsonObject, where: string): Part {
  if (part['thought'] === true) return ignored
  const call = part['functionCall'] ?? part['function_call']
  // Where a call has no arguments, its field is left out.
  if (isObject(call)) return callPart(call['id'], call['name'], call['args'] ?? '{}', where)
  const result = part['functionResponse'] ?? part['function_response']
  if (isObject(result)) {
    const { response } = result
    const isError = isObject(response) && response['error'] != null && response['output'] == null ? true : null
    return resultPart(result['id'], jsonText(response), isError)
  }
  const media = part['inlineData'] ?? part['inline_data'] ?? part['fileData'] ?? part['file_data']
  if (isObject(media)) return { kind: 'media', shown: shownByType(media['mimeType'] ?? media['mime_type']) }
  if (typeof part['text'] === 'string') return textPart(part['text'], where)
  if (Object.keys(part).every(key => /^thought_?[sS]ignature$/.test(key)) && Object.keys(part).length > 0)
    return ignored
  throw unknownPart(part, where)
}

/** What a message without text shows, by the media type of its content. */
export const shownByType = (type: unknown): Shown => shownAs(/^(image|audio|video)\//.exec(String(type))?.[1])
