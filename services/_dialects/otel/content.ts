import { isObject, parseIfJson } from '#runtime/core/json.ts'

/** Fields and types by which a block of a message's content is known: Bedrock Converse, Anthropic, OpenAI. */
const blockFields = ['text', 'toolUse', 'toolResult', 'image', 'document', 'video', 'reasoningContent', 'cachePoint']
const blockTypes = ['text', 'image', 'image_url', 'tool_use', 'tool_result', 'thinking', 'input_text', 'output_text']

const isBlock = (value: unknown): boolean =>
  isObject(value) &&
  (blockTypes.includes(String(value['type'])) || (value['type'] === undefined && blockFields.some(key => key in value)))

/** The content of a message: attributes hold texts only, so instrumentations write a list of blocks as JSON. */
export function readContent(content: unknown): unknown {
  const parsed = parseIfJson(content)
  return Array.isArray(parsed) && parsed.length > 0 && parsed.every(isBlock) ? parsed : content
}
