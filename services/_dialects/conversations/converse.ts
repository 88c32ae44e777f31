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
  rolesWithoutTool,
  textOf,
  textPart,
  unknownPart,
} from './form.ts'

/** A message of Bedrock's Converse API, whose content blocks Strands agents log too. A block has one field, named by its kind. */
export function readConverse(message: JsonObject, where: string): readonly ConversationMessage[] {
  const role = readRole(rolesWithoutTool, message['role'], where)
  return messagesOfParts(role, readContent(message['content'], `${where}.content`, conversePart))
}

function conversePart(block: JsonObject, where: string): Part {
  const { text, toolUse, toolResult } = block
  if (text !== undefined) return textPart(text, where)
  if (isObject(toolUse)) return callPart(toolUse['toolUseId'], toolUse['name'], toolUse['input'], where)
  if (isObject(toolResult)) {
    const { toolUseId, status } = toolResult
    const isError = status === 'error' ? true : status === 'success' ? false : null
    const parts = readContent(toolResult['content'], `${where}.toolResult.content`, resultBlock)
    return resultPart(toolUseId, textOf(parts), isError)
  }
  if (isObject(block['image'])) return { kind: 'media', shown: '[image]' }
  if (isObject(block['video'])) return { kind: 'media', shown: '[video]' }
  if (isObject(block['audio'])) return { kind: 'media', shown: '[audio]' }
  if (isObject(block['document'])) return { kind: 'media', shown: '[file]' }
  if (isObject(block['citationsContent']))
    return textPart(textOf(readContent(block['citationsContent']['content'], where, conversePart)), where)
  if ('reasoningContent' in block || 'cachePoint' in block) return ignored
  throw unknownPart(block, where)
}

/** Blocks of a result may be JSON. */
const resultBlock = (block: JsonObject, where: string): Part =>
  block['json'] === undefined ? conversePart(block, where) : { kind: 'text', text: jsonText(block['json']) }

const kinds = ['text', 'toolUse', 'toolResult', 'reasoningContent', 'image', 'video', 'audio', 'document', 'cachePoint']

/** Whether a block is one of this API: without a type, named by its field. */
export const isConverseBlock = (block: JsonObject): boolean => !('type' in block) && kinds.some(kind => kind in block)
