import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'
import { isAiSdkMessage, readAiSdk } from './ai-sdk.ts'
import { readAnthropic } from './anthropic.ts'
import { isConverseBlock, readConverse } from './converse.ts'
import { type ConversationMessage, type ReadMessage, UnreadableConversation } from './form.ts'
import { readGemini } from './gemini.ts'
import { isGenAiMessage, readGenAiParts } from './gen-ai-parts.ts'
import { isLangchainMessage, readLangchain } from './langchain.ts'
import { readOpenaiChat } from './openai-chat.ts'
import { isResponsesItem, readOpenaiResponses } from './openai-responses.ts'
import { readPlain } from './plain.ts'
import { readShareGpt } from './sharegpt.ts'

type ReadMessages = (messages: readonly JsonObject[], where: string) => readonly ConversationMessage[]

type Dialect = {
  /** Whether only this dialect writes such a message. */
  readonly marks: (message: JsonObject) => boolean
  readonly read: ReadMessages
}

const each =
  (read: ReadMessage): ReadMessages =>
  (messages, where) =>
    messages.flatMap((message, index) => read(message, `${where}[${index}]`))

const hasPart = ({ content }: JsonObject, isOne: (part: JsonObject) => boolean): boolean =>
  Array.isArray(content) && content.some(part => isObject(part) && isOne(part))

const anthropicTypes =
  /^(tool_use|server_tool_use|mcp_tool_use|.*tool_result|thinking|redacted_thinking|image|document)$/

/** The dialects of messages, in the order in which they are tried. Messages that no dialect marks are OpenAI's. */
const dialects = {
  sharegpt: { marks: message => 'from' in message && 'value' in message, read: each(readShareGpt) },
  langchain: { marks: isLangchainMessage, read: each(readLangchain) },
  gemini: {
    marks: ({ role, parts }) =>
      Array.isArray(parts) && (role === 'model' || parts.some(part => isObject(part) && !('type' in part))),
    read: each(readGemini),
  },
  'ai-sdk': { marks: isAiSdkMessage, read: each(readAiSdk) },
  opentelemetry: { marks: isGenAiMessage, read: each(readGenAiParts) },
  'openai-responses': { marks: isResponsesItem, read: readOpenaiResponses },
  converse: { marks: message => hasPart(message, isConverseBlock), read: each(readConverse) },
  anthropic: {
    marks: message => hasPart(message, part => anthropicTypes.test(String(part['type']))),
    read: each(readAnthropic),
  },
  messages: { marks: message => 'text' in message && !('content' in message), read: each(readPlain) },
  openai: {
    marks: ({ role, tool_calls, function_call }) =>
      tool_calls !== undefined || function_call !== undefined || role === 'tool',
    read: each(readOpenaiChat),
  },
} as const satisfies Record<string, Dialect>

export type DialectName = keyof typeof dialects
export const dialectNames = Object.keys(dialects) as readonly DialectName[]

/** The dialect of messages; `openai` for messages of a role and a text, which several dialects write alike. */
export const dialectOf = (messages: readonly JsonObject[]): DialectName =>
  dialectNames.find(name => messages.some(dialects[name].marks)) ?? 'openai'

/** Most messages of a conversation. */
const maxMessages = 10_000

/**
 * Reads messages from untrusted input: a list or one message, as a value or as its JSON text; a text that is not JSON is one
 * message of `role`, which messages without a role have too. Throws UnreadableConversation.
 */
export function readMessageList(
  value: unknown,
  { role = 'user', dialect, where = 'messages' }: MessageListOptions = {},
): readonly ConversationMessage[] {
  const given = parseIfJson(value)
  if (given == null || given === '') return []
  if (typeof given === 'string') return [{ role, text: given, calls: [], callId: null, isError: null }]
  const list = Array.isArray(given) ? given : [given]
  if (list.length > maxMessages)
    throw new UnreadableConversation(where, `${list.length} messages: send at most ${maxMessages}`)
  const messages = list.map((message: unknown, index) => {
    if (!isObject(message)) throw new UnreadableConversation(`${where}[${index}]`, 'not a message')
    return isAnonymous(message) ? { role, ...message } : message
  })
  return dialects[dialect ?? dialectOf(messages)].read(messages, where)
}

type MessageListOptions = {
  readonly role?: 'user' | 'assistant' | 'system'
  readonly dialect?: DialectName | undefined
  readonly where?: string
}

const isAnonymous = (message: JsonObject): boolean =>
  !['role', 'type', 'from', 'kwargs'].some(field => field in message)
