import { canonicalJson } from '#runtime/core/identity.ts'
import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'

/** A tool call of an assistant. `argument` is the query argument, as plans have it. */
export type ToolCall = { readonly tool: string; readonly argument: string }

/** A message of a chat, the same for all formats. */
export type ChatMessage = { readonly role: string; readonly text: string; readonly calls: readonly ToolCall[] }

/**
 * Reads chat messages from untrusted input: one or many, as a JSON value or as its text. Formats: OpenTelemetry's GenAI
 * conventions (`parts`) and OpenAI's chat API (`content`, `tool_calls` and the older `function_call`). A text that is not JSON
 * is one message of `role`. What cannot be read is left out.
 */
export function readMessages(value: unknown, role: string): readonly ChatMessage[] {
  const given = parseIfJson(value)
  if (typeof given === 'string') return given === '' ? [] : [{ role, text: given, calls: [] }]
  if (Array.isArray(given)) return given.filter(isObject).map(message => readMessage(message, role))
  if (!isObject(given)) return []
  return Array.isArray(given['messages']) ? readMessages(given['messages'], role) : [readMessage(given, role)]
}

function readMessage(message: JsonObject, role: string): ChatMessage {
  const { role: givenRole, content } = message
  const parts = [...objectsIn(message['parts']), ...objectsIn(content)]
  return {
    role: typeof givenRole === 'string' ? givenRole : role,
    text: [...(typeof content === 'string' ? [content] : []), ...textsOf(parts)].join('\n'),
    calls: [
      ...parts.filter(({ type }) => type === 'tool_call'),
      ...objectsIn(parseIfJson(message['tool_calls'])),
      ...objectsIn([message['function_call']]),
    ].flatMap(call => readCall(isObject(call['function']) ? call['function'] : call)),
  }
}

const objectsIn = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

const textsOf = (parts: readonly JsonObject[]): readonly string[] =>
  parts
    .filter(({ type }) => type === 'text')
    .map(({ text, content }) => text ?? content)
    .filter(text => typeof text === 'string')

function readCall({ name, arguments: given }: JsonObject): readonly ToolCall[] {
  return typeof name === 'string' ? [{ tool: name, argument: argumentOf(given) }] : []
}

/** The argument of a plan is one query: the text of an object's only field, else the arguments as JSON with sorted keys. */
export function argumentOf(given: unknown): string {
  const value = parseIfJson(given)
  if (typeof value === 'string') return value
  if (!isObject(value)) return value == null ? '' : canonicalJson(value)
  const [only, ...others] = Object.values(value)
  return typeof only === 'string' && others.length === 0 ? only : canonicalJson(value)
}
