import { parseIfJson } from '#runtime/core/json.ts'
import { readMessageList } from '../conversations/dialects.ts'
import { type ConversationMessage, jsonText } from '../conversations/form.ts'
import { type Convention, type SpanCall, type SpanMessages, type SpanRole, textOf } from './ai-span.ts'
import { eventsOf, messagesOfEvents } from './gen-ai-events.ts'
import type { Attributes, OtlpSpan } from './spans.ts'

const roleByOperation = new Map(
  Object.entries<SpanRole | 'none'>({
    invoke_agent: 'agent',
    chat: 'model',
    generate_content: 'model',
    text_completion: 'model',
    execute_tool: 'tool',
    create_agent: 'none',
    invoke_workflow: 'none',
    embeddings: 'none',
    retrieval: 'none',
  }),
)

/**
 * OpenTelemetry's conventions, https://opentelemetry.io/docs/specs/semconv/gen-ai/: those of today with messages in attributes
 * or in one event, 1.36 with an event for each message, 1.27 with `gen_ai.prompt`.
 */
export const genAi: Convention = {
  fix: 'set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT to SPAN_ONLY (older versions: true)',
  roleOf({ attributes }) {
    const operation = attributes['gen_ai.operation.name']
    if (operation !== undefined) return roleByOperation.get(String(operation))
    return toolNameOf(attributes) === undefined ? undefined : 'tool'
  },
  messagesOf,
  callOf(span) {
    const tool = toolNameOf(span.attributes)
    return tool === undefined ? undefined : { ...callOf(span), tool }
  },
}

const toolNameOf = (attributes: Attributes): string | undefined => textOf(attributes, 'gen_ai.tool.name')

function messagesOf(span: OtlpSpan): SpanMessages {
  const holders = [span.attributes, ...span.events.map(({ attributes }) => attributes)]
  const read = (role: 'user' | 'assistant', ...names: readonly string[]): readonly ConversationMessage[] => {
    const [given] = holders.flatMap(holder => names.map(name => holder[name])).filter(value => value !== undefined)
    return readMessageList(Array.isArray(given) ? given.map(parseIfJson) : given, { role })
  }
  const input = read('user', 'gen_ai.input.messages', 'gen_ai.prompt')
  // Each further message is an alternative that the user did not get.
  const output = read('assistant', 'gen_ai.output.messages', 'gen_ai.completion').slice(0, 1)
  if (input.length === 0 && output.length === 0) return messagesOfEvents(eventsOf(span))
  const [instructions] = holders.map(holder => holder['gen_ai.system_instructions']).filter(Boolean)
  const parts = parseIfJson(instructions)
  const system = Array.isArray(parts) ? { role: 'system', parts } : parts
  return { input: [...readMessageList(system, { role: 'system' }), ...input], output }
}

/** Opt-in attributes; what a tool's own messages say (Strands), or the attributes of pydantic-ai. */
function callOf(span: OtlpSpan): Omit<SpanCall, 'tool'> {
  const { attributes } = span
  const { input, output } = messagesOf(span)
  const asked = input.findLast(({ role }) => role === 'tool')
  const written =
    attributes['gen_ai.tool.call.arguments'] ??
    attributes['tool_arguments'] ??
    input.flatMap(({ calls }) => calls).at(-1)?.arguments ??
    asked?.text
  const answered = attributes['gen_ai.tool.call.result'] ?? attributes['tool_response'] ?? output.at(-1)?.text
  return {
    id: textOf(attributes, 'gen_ai.tool.call.id') ?? asked?.callId ?? null,
    arguments: written === undefined ? undefined : jsonText(written),
    result: answered === undefined ? undefined : jsonText(answered),
  }
}
