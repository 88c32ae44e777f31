import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'
import { readMessageList } from '../conversations/dialects.ts'
import { type ConversationMessage, jsonText } from '../conversations/form.ts'
import { type Convention, type SpanCall, type SpanRole, textOf } from './ai-span.ts'
import { readContent } from './content.ts'
import { indexedList } from './indexed-attributes.ts'
import type { Attributes } from './spans.ts'

/** Agents and chains are only what is around model calls: a node of a graph is an AGENT too, one for each model call. */
const roleByKind = new Map(Object.entries<SpanRole | 'none'>({ LLM: 'model', TOOL: 'tool' }))

/** OpenInference, https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md. */
export const openInference: Convention = {
  fix: 'leave OPENINFERENCE_HIDE_INPUTS, OPENINFERENCE_HIDE_OUTPUTS and their like unset',
  roleOf({ attributes }) {
    const kind = attributes['openinference.span.kind']
    return kind === undefined ? undefined : (roleByKind.get(String(kind).toUpperCase()) ?? 'none')
  },
  messagesOf: ({ attributes }) => ({
    input: read(attributes, 'llm.input_messages', 'user'),
    output: read(attributes, 'llm.output_messages', 'assistant').slice(0, hasChoices(attributes) ? 1 : undefined),
  }),
  callOf: ({ attributes }) => callOf(attributes),
}

/** Whether several answers were asked for: each is a message, and the user got the first. */
function hasChoices(attributes: Attributes): boolean {
  const parameters = parseIfJson(attributes['llm.invocation_parameters'])
  return isObject(parameters) && Number(parameters['n']) > 1
}

const read = (attributes: Attributes, prefix: string, role: 'user' | 'assistant'): readonly ConversationMessage[] =>
  indexedList(attributes, prefix).flatMap(item => {
    const message = isObject(item) ? item['message'] : undefined
    return isObject(message) ? readMessageList(chatMessage(message, role)) : []
  })

/** A message as OpenAI's chat API has it. */
function chatMessage(message: JsonObject, defaultRole: string): JsonObject {
  const { role, content, contents, tool_calls, tool_call_id, function_call_name: name } = message
  // A block of Anthropic's that calls a tool repeats the call.
  const blocks = objects(contents).filter(({ tool_call }) => tool_call === undefined)
  const parts = blocks.map(part => contentPart(part['message_content']))
  return {
    role: role ?? defaultRole,
    content:
      parts.length > 0
        ? [...(content === undefined ? [] : [{ type: 'text', text: content }]), ...parts]
        : readContent(content),
    tool_calls: objects(tool_calls).map(({ tool_call }) => tool_call),
    function_call: name === undefined ? undefined : { name, arguments: message['function_call_arguments_json'] },
    tool_call_id,
  }
}

const contentPart = (part: unknown): JsonObject => (isObject(part) ? part : { type: 'unknown' })

const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Arguments count only as a JSON object: LangChain's input is a Python text. */
function callOf(attributes: Attributes): SpanCall | undefined {
  const tool = textOf(attributes, 'tool.name', 'tool_call.function.name')
  if (tool === undefined) return undefined
  const given = ['tool_call.function.arguments', 'tool.parameters', 'input.value']
    .map(name => attributes[name])
    .find(value => isObject(parseIfJson(value)))
  const output = attributes['output.value']
  const parsed = parseIfJson(output)
  const result = isObject(parsed) && parsed['type'] === 'tool' ? parsed['content'] : output
  return {
    id: textOf(attributes, 'tool_call.id', 'tool.id') ?? null,
    tool,
    arguments: given === undefined ? undefined : jsonText(given),
    result: result === undefined ? undefined : jsonText(result),
  }
}
