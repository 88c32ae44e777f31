import { isObject, parseIfJson } from '#runtime/core/json.ts'
import { readMessageList } from '../conversations/dialects.ts'
import { type ConversationMessage, jsonText } from '../conversations/form.ts'
import { type Convention, type SpanCall, type SpanRole, textOf } from './ai-span.ts'
import { readContent } from './content.ts'
import { indexedList } from './indexed-attributes.ts'
import type { Attributes, OtlpSpan } from './spans.ts'

const roleByRequestType = new Map(
  Object.entries<SpanRole | 'none'>({
    chat: 'model',
    completion: 'model',
    embedding: 'none',
    rerank: 'none',
  }),
)

/**
 * OpenLLMetry (Traceloop): `gen_ai.prompt.N` and `gen_ai.completion.N` with their fields as attributes, `llm.request.type`, and
 * `traceloop.span.kind` for what is around model calls. Its newer versions write the messages as OpenTelemetry does.
 */
export const openLlmetry: Convention = {
  fix: 'set TRACELOOP_TRACE_CONTENT=true',
  roleOf({ attributes }) {
    const type = attributes['llm.request.type']
    if (type !== undefined) return roleByRequestType.get(String(type))
    const kind = attributes['traceloop.span.kind']
    if (kind !== undefined) return kind === 'tool' ? 'tool' : 'none'
    return 'gen_ai.prompt.0.role' in attributes || 'gen_ai.prompt.0.content' in attributes ? 'model' : undefined
  },
  messagesOf: ({ attributes }) => ({
    input: read(attributes, 'gen_ai.prompt', 'user'),
    output: read(attributes, 'gen_ai.completion', 'assistant').slice(0, 1),
  }),
  callOf,
}

const read = (attributes: Attributes, prefix: string, role: 'user' | 'assistant'): readonly ConversationMessage[] =>
  indexedList(attributes, prefix)
    .filter(isObject)
    .flatMap(message => readMessageList({ role, ...message, content: readContent(message['content']) }, { role }))

/** The input of a tool is what its decorator was given: named arguments, or those of LangChain. */
function callOf({ attributes }: OtlpSpan): SpanCall | undefined {
  const tool = textOf(attributes, 'traceloop.entity.name')
  if (tool === undefined) return undefined
  const input = parseIfJson(attributes['traceloop.entity.input'])
  const { args, kwargs, inputs } = isObject(input) ? input : {}
  const hasPositions = Array.isArray(args) && args.length > 0
  const given = isObject(inputs) ? inputs : isObject(kwargs) && !hasPositions ? kwargs : undefined
  return { id: null, tool, arguments: given && jsonText(given), result: resultOf(attributes) }
}

function resultOf(attributes: Attributes): string | undefined {
  const output = attributes['traceloop.entity.output']
  const parsed = parseIfJson(output)
  const inner = isObject(parsed) ? parsed['output'] : undefined
  // LangChain wraps the result in a message of its own.
  const message = isObject(inner) && isObject(inner['kwargs']) ? inner['kwargs']['content'] : inner
  const result = message ?? output
  return result === undefined ? undefined : jsonText(result)
}
