import { isObject, type JsonObject } from '#runtime/core/json.ts'
import {
  type ConversationMessage,
  callPart,
  ignored,
  messagesOfParts,
  type Part,
  readContent,
  resultPart,
  resultText,
  textPart,
  unknownPart,
  unknownRole,
} from './form.ts'
import { readToolCalls } from './openai-chat.ts'

const roles = new Map(
  Object.entries<ConversationMessage['role']>({
    human: 'user',
    user: 'user',
    ai: 'assistant',
    assistant: 'assistant',
    system: 'system',
    developer: 'system',
    tool: 'tool',
    function: 'tool',
  }),
)

/** The type of a message: `human`, of a class name such as HumanMessage or AIMessageChunk too. */
function typeOf({ type, id }: JsonObject): string {
  const name = type === 'constructor' && Array.isArray(id) ? id.at(-1) : type
  return String(name)
    .replace(/Message(Chunk)?$/, '')
    .toLowerCase()
}

/** Whether a value is a message of LangChain, as it is serialised in Python or JavaScript. */
export const isLangchainMessage = (message: JsonObject): boolean =>
  roles.has(typeOf(message)) && !('role' in message) && ['content', 'kwargs', 'data'].some(key => key in message)

/** A message of LangChain. Its fields are in itself, in `kwargs` (lc serialisation) or in `data` (messages_to_dict). */
export function readLangchain(message: JsonObject, where: string): readonly ConversationMessage[] {
  const { kwargs, data } = message
  const fields = isObject(kwargs) ? kwargs : isObject(data) ? data : message
  const role = roles.get(typeOf(message))
  if (role === undefined) throw unknownRole(message['type'], where)
  if (role === 'tool') {
    const { status } = fields
    const isError = status === 'error' ? true : status === 'success' ? false : null
    return messagesOfParts(role, [
      resultPart(fields['tool_call_id'], resultText(fields['content'], `${where}.content`, langchainPart), isError),
    ])
  }
  const parts = readContent(fields['content'], `${where}.content`, langchainPart)
  if (role !== 'assistant') return messagesOfParts(role, parts)
  const calls = readToolCalls(fields, where)
  // Providers' own blocks of content repeat the calls.
  const own = calls.length > 0 ? parts.filter(({ kind }) => kind !== 'call') : parts
  return messagesOfParts(role, [...own, ...calls])
}

function langchainPart(part: JsonObject, where: string): Part {
  switch (part['type']) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return textPart(part['text'], where)
    case 'image':
    case 'image_url':
    case 'input_image':
      return { kind: 'media', shown: '[image]' }
    case 'audio':
    case 'input_audio':
      return { kind: 'media', shown: '[audio]' }
    case 'video':
      return { kind: 'media', shown: '[video]' }
    case 'file':
    case 'document':
    case 'input_file':
      return { kind: 'media', shown: '[file]' }
    case 'thinking':
    case 'redacted_thinking':
    case 'reasoning':
    case 'reasoning_content':
      return ignored
    case 'tool_use':
      return callPart(part['id'], part['name'], part['input'], where)
    case 'tool_call':
      return callPart(part['id'], part['name'], part['args'], where)
    case 'function_call':
      return callPart(part['call_id'], part['name'], part['arguments'], where)
    default:
      throw unknownPart(part, where)
  }
}
