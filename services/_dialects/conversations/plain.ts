import { isObject, type JsonObject } from '#runtime/core/json.ts'
import {
  type ConversationMessage,
  callPart,
  messagesOfParts,
  type Part,
  resultPart,
  textPart,
  UnreadableConversation,
  unknownRole,
} from './form.ts'

/** A message as Flywheel itself writes it: `{role, text, calls: [{id, tool, arguments}], callId, isError}`. */
export function readPlain(message: JsonObject, where: string): readonly ConversationMessage[] {
  const { role, calls, callId, isError } = message
  const text = message['text'] ?? ''
  const own = textPart(text, `${where}.text`)
  if (role === 'system' || role === 'user') return messagesOfParts(role, [own])
  if (role === 'assistant') return messagesOfParts(role, [own, ...readCalls(calls ?? [], `${where}.calls`)])
  if (role !== 'tool') throw unknownRole(role, where)
  return messagesOfParts(role, [resultPart(callId, String(text), typeof isError === 'boolean' ? isError : null)])
}

function readCalls(calls: unknown, where: string): readonly Part[] {
  if (!Array.isArray(calls)) throw new UnreadableConversation(where, 'not a list of calls')
  return calls.map((call: unknown, index) => {
    if (isObject(call)) return callPart(call['id'], call['tool'], call['arguments'], `${where}[${index}]`)
    throw new UnreadableConversation(`${where}[${index}]`, 'not a call: {"tool": …, "arguments": …}')
  })
}
