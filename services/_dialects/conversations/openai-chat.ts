import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'
import {
  type ConversationMessage,
  callOf,
  ignored,
  messagesOfParts,
  type Part,
  readContent,
  resultPart,
  resultText,
  textPart,
  UnreadableConversation,
  unknownPart,
  unknownRole,
} from './form.ts'

/** A message of OpenAI's chat completions, of `tool_calls` or the older `function_call`. */
export function readOpenaiChat(message: JsonObject, where: string): readonly ConversationMessage[] {
  const { role, content } = message
  const parts = readContent(content, `${where}.content`, openaiPart)
  switch (role) {
    case 'system':
    case 'developer':
      return messagesOfParts('system', parts)
    case 'user':
      return messagesOfParts('user', parts)
    case 'assistant':
      return messagesOfParts('assistant', [...parts, ...spokenParts(message), ...readToolCalls(message, where)])
    case 'tool':
    case 'function':
      return messagesOfParts('tool', [
        resultPart(message['tool_call_id'] ?? message['id'], resultText(content, `${where}.content`, openaiPart), null),
      ])
    default:
      throw unknownRole(role, where)
  }
}

function openaiPart(part: JsonObject, where: string): Part {
  switch (part['type']) {
    case 'text':
      return textPart(part['text'], where)
    case 'refusal':
      return textPart(part['refusal'], where)
    case 'image_url':
      return { kind: 'media', shown: '[image]' }
    case 'input_audio':
      return { kind: 'media', shown: '[audio]' }
    case 'file':
      return { kind: 'media', shown: '[file]' }
    case 'thinking':
    case 'reasoning':
      return ignored
    default:
      throw unknownPart(part, where)
  }
}

/** What the assistant said beside `content`: a refusal, or the transcript of its speech. */
function spokenParts({ refusal, audio }: JsonObject): readonly Part[] {
  const transcript = isObject(audio) ? audio['transcript'] : undefined
  return [refusal, transcript].flatMap(text =>
    typeof text === 'string' && text !== '' ? [{ kind: 'text' as const, text }] : [],
  )
}

/**
 * The calls of `tool_calls`, of `function_call`, and of LangChain's `invalid_tool_calls`, whose arguments are no JSON. Where
 * there are none, LangChain may have what the provider answered in `additional_kwargs`.
 */
export function readToolCalls(message: JsonObject, where: string): readonly Part[] {
  const calls = ['tool_calls', 'invalid_tool_calls'].flatMap(field => {
    // Some instrumentations record the list as JSON in a text.
    const given = parseIfJson(message[field]) ?? []
    if (!Array.isArray(given)) throw new UnreadableConversation(`${where}.${field}`, 'not a list of calls')
    return given.map((call: unknown, index) => readCall(call, `${where}.${field}[${index}]`))
  })
  if (message['function_call'] != null) calls.push(readCall(message['function_call'], `${where}.function_call`))
  const { additional_kwargs } = message
  return calls.length > 0 || !isObject(additional_kwargs)
    ? calls
    : readToolCalls(additional_kwargs, `${where}.additional_kwargs`)
}

/** A call: `function` of OpenAI, its `custom` tools, or the names and arguments in the call itself. */
function readCall(call: unknown, where: string): Part {
  if (!isObject(call)) throw new UnreadableConversation(where, 'not a call')
  const { id, function: called, custom } = call
  if (isObject(called)) return { kind: 'call', call: callOf(id, called['name'], called['arguments'], where) }
  if (isObject(custom)) return { kind: 'call', call: callOf(id, custom['name'], custom['input'], where) }
  const tool = call['name'] ?? call['toolName']
  const written = call['arguments'] ?? call['args'] ?? call['input']
  return { kind: 'call', call: callOf(id ?? call['toolCallId'], tool, written, where) }
}
