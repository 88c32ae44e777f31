import { type ConversationMessage, UnreadableConversation } from '../conversations/form.ts'
import type { AiSpan, Convention } from './ai-span.ts'
import { genAi } from './gen-ai.ts'
import { openInference } from './open-inference.ts'
import { openLlmetry } from './openllmetry.ts'
import type { OtlpSpan } from './spans.ts'
import { vercel } from './vercel.ts'

/** A span may follow several: the first that knows its role decides, and the first that finds messages or a call has them. */
const conventions: readonly Convention[] = [genAi, vercel, openInference, openLlmetry]

/** What a span is: a part of a turn, of generative AI in a shape that is not read, or something else. */
export type SpanReading =
  | { readonly kind: 'part'; readonly part: AiSpan }
  | { readonly kind: 'unread'; readonly shape: string }
  | { readonly kind: 'other' }

export function readSpan(span: OtlpSpan): SpanReading {
  try {
    return readKnown(span)
  } catch (error) {
    if (error instanceof UnreadableConversation) return { kind: 'unread', shape: `${shapeOf(span)}: ${error.message}` }
    throw error
  }
}

function readKnown(span: OtlpSpan): SpanReading {
  const known = conventions
    .map(convention => ({ role: convention.roleOf(span), fix: convention.fix }))
    .find(({ role }) => role !== undefined)
  if (known?.role === undefined) {
    const shape = unreadShape(span)
    return shape === undefined ? { kind: 'other' } : { kind: 'unread', shape }
  }
  const { role, fix } = known
  if (role === 'none') return { kind: 'other' }
  const call =
    role === 'tool' ? conventions.map(({ callOf }) => callOf(span)).find(found => found !== undefined) : undefined
  if (role === 'tool') {
    if (call === undefined) return { kind: 'unread', shape: `${shapeOf(span)} without the name of the tool` }
    return { kind: 'part', part: { span, role, fix, call, input: [], output: [] } }
  }
  const messages = conventions
    .map(({ messagesOf }) => messagesOf(span))
    .find(({ input, output }) => input.length > 0 || output.length > 0)
  const { input = [], output = [] } = messages ?? {}
  return { kind: 'part', part: { span, role, fix, call, input: joinReplies(input), output: joinReplies(output) } }
}

/** What an assistant wrote without a message of others between is one message: OpenAI's Responses API has an item for each call. */
function joinReplies(messages: readonly ConversationMessage[]): readonly ConversationMessage[] {
  const joined: ConversationMessage[] = []
  for (const message of messages) {
    const before = joined.at(-1)
    if (before === undefined || before.role !== 'assistant' || message.role !== 'assistant') joined.push(message)
    else {
      const text = [before.text, message.text].filter(part => part !== '').join('\n')
      joined[joined.length - 1] = { ...before, text, calls: [...before.calls, ...message.calls] }
    }
  }
  return joined
}

/** Attributes by which a span calls itself one of generative AI. */
const marks = [
  ...['gen_ai.operation.name', 'ai.operationId', 'openinference.span.kind', 'llm.request.type', 'traceloop.span.kind'],
  ...['gen_ai.system', 'gen_ai.provider.name', 'gen_ai.request.model', 'llm.model_name'],
]

const unreadShape = (span: OtlpSpan): string | undefined =>
  marks.some(name => span.attributes[name] !== undefined) ? shapeOf(span) : undefined

/** The attribute that names the shape of a span, with a short value. */
function shapeOf({ attributes }: OtlpSpan): string {
  const mark = marks.find(name => attributes[name] !== undefined)
  return mark === undefined ? 'a span' : `${mark}=${String(attributes[mark]).slice(0, 60)}`
}
