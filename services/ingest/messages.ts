import { canonicalJson } from '#runtime/core/identity.ts'

/** A tool that an assistant called, with the query argument as plans have it. */
export type ToolCall = { readonly tool: string; readonly argument: string }

/** A message of a chat, whatever convention it was written in. */
export type ChatMessage = { readonly role: string; readonly text: string; readonly calls: readonly ToolCall[] }

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Chat messages of strangers: those of OpenTelemetry's GenAI conventions (`parts`), of OpenAI's chat API (`content`,
 * `tool_calls` and the older `function_call`), one or many, as JSON or its text. A text that is no JSON is one message of
 * `role`. What cannot be read is left out.
 */
export function readMessages(value: unknown, role: string): readonly ChatMessage[] {
  const given = parseIfJson(value)
  if (typeof given === 'string') return given === '' ? [] : [{ role, text: given, calls: [] }]
  if (Array.isArray(given)) return given.flatMap(one => (isObject(one) ? [readMessage(one, role)] : []))
  if (!isObject(given)) return []
  return Array.isArray(given['messages']) ? readMessages(given['messages'], role) : [readMessage(given, role)]
}

function readMessage(message: JsonObject, role: string): ChatMessage {
  const parts = [message['parts'], message['content']].flatMap(list =>
    Array.isArray(list) ? list.filter(isObject) : [],
  )
  const texts = parts.flatMap(({ type, content, text }) => {
    const said = text ?? content
    return type === 'text' && typeof said === 'string' ? [said] : []
  })
  const whole = typeof message['content'] === 'string' ? [message['content']] : []
  const inParts = parts.filter(({ type }) => type === 'tool_call')
  const listed = parseIfJson(message['tool_calls'])
  const called = [...inParts, ...(Array.isArray(listed) ? listed.filter(isObject) : []), message['function_call']]
  return {
    role: typeof message['role'] === 'string' ? message['role'] : role,
    text: [...whole, ...texts].join('\n'),
    calls: called.flatMap(call =>
      isObject(call) ? readCall(isObject(call['function']) ? call['function'] : call) : [],
    ),
  }
}

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

/** A text that holds a JSON object or array is that; anything else is itself. */
export function parseIfJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
