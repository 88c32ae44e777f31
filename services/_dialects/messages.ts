import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'
import type { Call } from '#schemas/events.ts'

/** A message of a chat, the same for all formats. `callId` names the call that a tool's message answers. */
export type ChatMessage = {
  readonly role: string
  readonly text: string
  readonly calls: readonly Call[]
  readonly callId: string | null
}

/**
 * Reads chat messages from untrusted input: one or many, as a JSON value or as its text. Formats: OpenTelemetry's GenAI
 * conventions (`parts`) and OpenAI's chat API (`content`, `tool_calls` and the older `function_call`). A text that is not JSON
 * is one message of `role`. What cannot be read is left out.
 */
export function readMessages(value: unknown, role: string): readonly ChatMessage[] {
  const given = parseIfJson(value)
  if (typeof given === 'string') return given === '' ? [] : [{ role, text: given, calls: [], callId: null }]
  if (Array.isArray(given)) return given.filter(isObject).flatMap(message => readMessage(message, role))
  if (!isObject(given)) return []
  return Array.isArray(given['messages']) ? readMessages(given['messages'], role) : readMessage(given, role)
}

/** One message, or one for each result that it holds. */
function readMessage(message: JsonObject, role: string): readonly ChatMessage[] {
  const { role: givenRole, content } = message
  const parts = [...objectsIn(message['parts']), ...objectsIn(content)]
  const results = parts.filter(({ type }) => type === 'tool_call_response')
  if (results.length > 0)
    return results.map(({ id, response, result }) => ({
      ...{ role: 'tool', text: jsonText(response ?? result), calls: [], callId: textOrNull(id) },
    }))
  const writtenBy = typeof givenRole === 'string' ? givenRole : role
  const texts = [...(typeof content === 'string' ? [content] : []), ...textsOf(parts)]
  return [
    {
      role: writtenBy,
      text: texts.length > 0 ? texts.join('\n') : placeholders(parts).join('\n'),
      calls: [
        ...parts.filter(({ type }) => type === 'tool_call'),
        ...objectsIn(parseIfJson(message['tool_calls'])),
        ...objectsIn([message['function_call']]),
      ].flatMap(readCall),
      // Messages of other roles may have an id of their own.
      callId: writtenBy === 'tool' ? textOrNull(message['tool_call_id'] ?? message['id']) : null,
    },
  ]
}

const objectsIn = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

const textsOf = (parts: readonly JsonObject[]): readonly string[] =>
  parts
    .filter(({ type }) => type === 'text')
    .map(({ text, content }) => text ?? content)
    .filter(text => typeof text === 'string')

/** What a message without text shows, so that its turn is kept. */
const placeholderByType: Readonly<Record<string, string>> = {
  image: '[image]',
  image_url: '[image]',
  input_image: '[image]',
  audio: '[audio]',
  input_audio: '[audio]',
  file: '[file]',
  input_file: '[file]',
  document: '[file]',
}

const placeholders = (parts: readonly JsonObject[]): readonly string[] =>
  parts.flatMap(({ type, modality }) => placeholderByType[String(modality ?? type)] ?? [])

function readCall(call: JsonObject): readonly Call[] {
  const { name, arguments: given } = isObject(call['function']) ? call['function'] : call
  return typeof name === 'string' ? [{ id: textOrNull(call['id']), tool: name, arguments: jsonText(given) }] : []
}

/** Arguments and results as the log has them: a text as it is, another value as JSON; '' where there is none. */
export const jsonText = (given: unknown): string =>
  typeof given === 'string' ? given : given == null ? '' : JSON.stringify(given)

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
