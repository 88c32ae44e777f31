import { isObject, type JsonObject } from '#runtime/core/json.ts'
import { type DialectName, dialectOf, readMessageList } from './dialects.ts'
import { type ConversationMessage, UnreadableConversation } from './form.ts'

/** The fields that hold the messages of a conversation, and the dialect where a field says it. */
const lists: readonly (readonly [field: string, dialect: DialectName | undefined])[] = [
  ['messages', undefined],
  ['contents', 'gemini'],
  ['conversations', undefined],
  ['input', 'openai-responses'],
]
const systemFields = ['system', 'instructions', 'systemInstruction', 'system_instruction'] as const

/** Whether a value has the messages of a conversation: a list of messages, or an object with one. */
export const isConversation = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && value.every(isMessage)
    : isObject(value) && lists.some(([field]) => Array.isArray(value[field]))

const isMessage = (value: unknown): boolean =>
  isObject(value) && ['role', 'from', 'type'].some(field => typeof value[field] === 'string')

/**
 * The messages of a conversation from untrusted input: a list of messages, or a request of a model API that may have its
 * answer beside it. Throws UnreadableConversation.
 */
export function readConversation(value: unknown, dialect?: DialectName): readonly ConversationMessage[] {
  if (Array.isArray(value)) return readMessageList(value, { dialect })
  if (!isObject(value)) throw new UnreadableConversation('', 'neither a list of messages nor an object with one')
  const [field, own] = lists.find(([name]) => value[name] != null) ?? []
  if (field === undefined)
    throw new UnreadableConversation('', `no messages: send them as ${lists.map(([name]) => name).join(', ')}`)
  const messages = Array.isArray(value[field]) ? value[field] : [{ role: 'user', content: value[field] }]
  const all = [...messages, ...answersIn(value)]
  const known = dialect ?? own ?? dialectOf(all.filter(isObject))
  return [...systemMessages(value), ...readMessageList(all, { dialect: known, where: field })]
}

/** The answer beside a request, as the API returns it. */
function answersIn({ output, choices, candidates }: JsonObject): readonly unknown[] {
  if (Array.isArray(output)) return output
  if (isObject(output) && output['message'] != null) return [output['message']]
  const [first] = [...listIn(choices), ...listIn(candidates)]
  const answer = isObject(first) ? (first['message'] ?? first['content']) : undefined
  return answer == null ? [] : [answer]
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The system prompt beside the messages: a text, a list of parts, or a content with parts. */
function systemMessages(value: JsonObject): readonly ConversationMessage[] {
  return systemFields.flatMap(field => {
    const given = value[field]
    if (given == null) return []
    const content = isObject(given) ? given['parts'] : given
    const parts = typeof content === 'string' ? [content] : content
    if (!Array.isArray(parts)) throw new UnreadableConversation(field, 'neither a text nor a list of parts')
    const texts = parts.flatMap((part: unknown, index) => {
      const text = isObject(part) ? part['text'] : part
      if (typeof text === 'string') return [text]
      if (isObject(part) && 'cachePoint' in part) return []
      throw new UnreadableConversation(`${field}[${index}]`, 'no text')
    })
    return [{ role: 'system' as const, text: texts.join('\n'), calls: [], callId: null, isError: null }]
  })
}
