import { isObject, type JsonObject } from '#runtime/core/json.ts'
import {
  type ConversationMessage,
  callPart,
  ignored,
  jsonText,
  messagesOfParts,
  type Part,
  type ReadPart,
  readContent,
  readRole,
  resultPart,
  textPart,
  unknownPart,
} from './form.ts'
import { shownByType } from './gemini.ts'

const roles = new Map(
  Object.entries<ConversationMessage['role']>({
    system: 'system',
    user: 'user',
    assistant: 'assistant',
    tool: 'tool',
  }),
)

/** A message of the Vercel AI SDK: a model message (`content`), or a message of its user interface (`parts`). */
export function readAiSdk(message: JsonObject, where: string): readonly ConversationMessage[] {
  const { parts, content } = message
  const role = readRole(roles, message['role'], where)
  if (!Array.isArray(parts)) return messagesOfParts(role, readContent(content, `${where}.content`, modelPart))
  return stepsOf(parts).flatMap(step => {
    const calls = readContent(step, `${where}.parts`, interfacePart)
    const results = step.flatMap(part => (isObject(part) ? resultOf(part) : []))
    return messagesOfParts(role, [...calls, ...results])
  })
}

/** The parts of each step: the interface keeps all steps of an answer in one message. */
function stepsOf(parts: readonly unknown[]): readonly (readonly unknown[])[] {
  const isMark = (part: unknown): boolean => isObject(part) && part['type'] === 'step-start'
  const starts = parts.flatMap((part, index) => (isMark(part) ? [index] : []))
  if (starts.length === 0) return [parts]
  return [parts.slice(0, starts[0]), ...starts.map((start, at) => parts.slice(start + 1, starts[at + 1]))].filter(
    step => step.length > 0,
  )
}

/** Parts that both kinds of messages have. */
function sharedPart(part: JsonObject, where: string): Part {
  const type = String(part['type'])
  switch (type) {
    case 'text':
      return textPart(part['text'], where)
    case 'image':
      return { kind: 'media', shown: '[image]' }
    case 'file':
      return { kind: 'media', shown: shownByType(part['mediaType'] ?? part['mimeType']) }
    case 'reasoning':
    case 'redacted-reasoning':
    case 'tool-approval-request':
    case 'tool-approval-response':
    case 'source':
    case 'source-url':
    case 'source-document':
      return ignored
    default:
      throw unknownPart(part, where)
  }
}

function modelPart(part: JsonObject, where: string): Part {
  const { type, toolCallId, toolName } = part
  if (type === 'tool-call') return callPart(toolCallId, toolName, part['input'] ?? part['args'], where)
  if (type !== 'tool-result') return sharedPart(part, where)
  const { output, result, isError } = part
  if (!isObject(output) || typeof output['type'] !== 'string')
    return resultPart(toolCallId, jsonText(output ?? result), typeof isError === 'boolean' ? isError : null)
  const kind = output['type']
  const text = kind === 'execution-denied' ? jsonText(output['reason']) : jsonText(output['value'])
  return resultPart(toolCallId, text, /^error-|^execution-denied$/.test(kind) ? true : null)
}

const interfacePart: ReadPart = (part, where) => {
  const type = String(part['type'])
  if (type.startsWith('data-')) return ignored
  const call = interfaceCall(part)
  if (call === undefined) return sharedPart(part, where)
  return callPart(call['toolCallId'], toolOf(part, call), call['input'] ?? call['rawInput'] ?? call['args'], where)
}

/** The fields of a call in a part: `tool-NAME`, `dynamic-tool`, or `tool-invocation` of version 4. */
function interfaceCall(part: JsonObject): JsonObject | undefined {
  const { type, toolInvocation } = part
  if (type === 'tool-invocation' && isObject(toolInvocation)) return toolInvocation
  return type === 'dynamic-tool' || (/^tool-/.test(String(type)) && 'toolCallId' in part && 'state' in part)
    ? part
    : undefined
}

const toolOf = ({ type }: JsonObject, call: JsonObject): unknown =>
  call['toolName'] ?? String(type).slice('tool-'.length)

function resultOf(part: JsonObject): readonly Part[] {
  const call = interfaceCall(part)
  switch (call?.['state']) {
    case 'output-available':
      return [resultPart(call['toolCallId'], jsonText(call['output']), null)]
    case 'output-error':
      return [resultPart(call['toolCallId'], jsonText(call['errorText']), true)]
    case 'result':
      return [resultPart(call['toolCallId'], jsonText(call['result']), null)]
    default:
      return []
  }
}

const marks = /^(tool-call|tool-result|step-start|dynamic-tool|tool-invocation|source-url|tool-.+)$/

/** Whether a message has a part that only this SDK writes. */
export const isAiSdkMessage = ({ parts, content }: JsonObject): boolean =>
  [parts, content].some(
    list =>
      Array.isArray(list) &&
      list.some(
        part =>
          isObject(part) &&
          (marks.test(String(part['type'])) || (part['type'] === 'text' && list === parts && 'text' in part)),
      ),
  )
