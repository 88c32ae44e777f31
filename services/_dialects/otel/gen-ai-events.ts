import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'
import { readMessageList } from '../conversations/dialects.ts'
import type { SpanMessages } from './ai-span.ts'
import { readContent } from './content.ts'
import type { OtlpSpan } from './spans.ts'

type MessageEvent = { readonly name: string; readonly body: JsonObject }

/**
 * The events of a span, each with its body: its attributes, the JSON in `gen_ai.event.content` (Azure), or an item of the JSON
 * list in the attribute `events` (pydantic-ai).
 */
export function eventsOf({ attributes, events }: OtlpSpan): readonly MessageEvent[] {
  const listed = parseIfJson(attributes['events'])
  const inAttribute = (Array.isArray(listed) ? listed : []).filter(isObject)
  return [
    ...events.map(event => {
      const content = parseIfJson(event.attributes['gen_ai.event.content'])
      return { name: event.name, body: isObject(content) ? content : event.attributes }
    }),
    ...inAttribute.map(body => ({ name: String(body['event.name']), body })),
  ]
}

/** The messages of `gen_ai.user.message` and its like, and of the first `gen_ai.choice`. */
export function messagesOfEvents(events: readonly MessageEvent[]): SpanMessages {
  return {
    input: events.flatMap(({ name, body }) => {
      const role = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(name)?.[1]
      return role === undefined ? [] : readMessageList({ role, ...body, content: readContent(body['content']) })
    }),
    output: events.flatMap(({ name, body }) =>
      // Further choices are alternatives that the user did not get.
      name === 'gen_ai.choice' && !(Number(body['index']) > 0)
        ? readMessageList(choice(body), { role: 'assistant' })
        : [],
    ),
  }
}

/** The message of a choice: an object, its JSON, its content, or fields of the event. */
function choice(body: JsonObject): JsonObject {
  const message = parseIfJson(body['message'])
  if (isObject(message)) return { role: 'assistant', ...message, content: readContent(message['content']) }
  const { content, tool_calls } = body
  return { role: 'assistant', content: readContent(message ?? content), tool_calls }
}
