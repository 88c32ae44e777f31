import { argumentOf, type ChatMessage, readMessages } from '../messages.ts'
import type { TraceStep } from '../turns.ts'
import type { OtlpSpan } from './spans.ts'

/** What a span is to a turn; undefined for one that is not of generative AI. */
export type SpanRole = 'agent' | 'model' | 'tool' | undefined

const roleByOperation: Readonly<Record<string, SpanRole>> = {
  invoke_agent: 'agent',
  chat: 'model',
  generate_content: 'model',
  text_completion: 'model',
  execute_tool: 'tool',
}

/** By `gen_ai.operation.name` of https://opentelemetry.io/docs/specs/semconv/gen-ai/ */
export const spanRole = ({ attributes }: OtlpSpan): SpanRole =>
  roleByOperation[String(attributes['gen_ai.operation.name'])]

/** A span as a step of a turn. */
export function stepOf(span: OtlpSpan): TraceStep {
  const { start, end, attributes } = span
  const tool = attributes['gen_ai.tool.name']
  const isTool = spanRole(span) === 'tool' && typeof tool === 'string'
  const call = isTool ? { tool, argument: argumentOf(attributes['gen_ai.tool.call.arguments']) } : undefined
  return { start, end, ...messagesOf(span), call }
}

type SpanMessages = Pick<TraceStep, 'input' | 'output'>

/** The messages of a span, as its attributes or those of its events have them: in the words of today, of 1.36 or of 1.27. */
function messagesOf({ attributes, events }: OtlpSpan): SpanMessages {
  const holders = [attributes, ...events.map(event => event.attributes)]
  const read = (role: string, ...names: readonly string[]): readonly ChatMessage[] => {
    const values = holders.flatMap(holder => names.map(name => holder[name]))
    return readMessages(
      values.find(value => value !== undefined),
      role,
    )
  }
  const input = read('user', 'gen_ai.input.messages', 'gen_ai.prompt')
  const output = read('assistant', 'gen_ai.output.messages', 'gen_ai.completion')
  if (input.length > 0 || output.length > 0) return { input, output }
  return {
    input: events.flatMap(event => {
      const role = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(event.name)?.[1]
      return role === undefined ? [] : readMessages({ role, ...event.attributes }, role)
    }),
    output: events.flatMap(event =>
      event.name === 'gen_ai.choice' ? readMessages(event.attributes['message'] ?? event.attributes, 'assistant') : [],
    ),
  }
}
