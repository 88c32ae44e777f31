import { isObject, parseIfJson } from '#runtime/core/json.ts'
import type { SpanTree } from './span-tree.ts'
import type { Attributes } from './spans.ts'
import type { TurnSpans } from './turn-groups.ts'

/** Whose turn it is. */
export type SourceAttributes = {
  /** The names that the agent may be registered under, best first. */
  readonly agentNames: readonly string[]
  readonly conversationId: string | undefined
  readonly userId: string | undefined
  readonly service: string | undefined
}

const association = 'traceloop.association.properties'
const telemetry = 'ai.telemetry.metadata'
const conversationNames = [
  ...['gen_ai.conversation.id', 'session.id', 'langfuse.session.id'],
  ...['conversation_id', 'session_id', 'thread_id', 'chat_id'].map(name => `${association}.${name}`),
  ...['conversationId', 'sessionId', 'threadId', 'chatId'].map(name => `${telemetry}.${name}`),
]
const userNames = ['user.id', 'enduser.id', 'langfuse.user.id', `${association}.user_id`, `${telemetry}.userId`]

/** Looked for in the agent's span, then in the later spans of the turn, then in those above it. */
export function sourceAttributes({ agent, parts }: TurnSpans, tree: SpanTree): SourceAttributes {
  const own = [...(agent ? [agent] : []), ...parts.toReversed()].map(({ span }) => span)
  const spans = [...new Set([...own, ...own.flatMap(tree.pathOf)])]
  const all = spans.map(({ attributes }) => attributes)
  const values = (name: string, holders: readonly Attributes[]): readonly string[] =>
    holders.map(holder => holder[name]).flatMap(value => (value == null || isObject(value) ? [] : [String(value)]))
  const first = (names: readonly string[], holders = all): string | undefined =>
    names.flatMap(name => values(name, holders)).find(value => value !== '')
  const resources = [...new Set(spans.map(({ resource }) => resource))]
  return {
    agentNames: [
      ...new Set([
        ...['gen_ai.agent.name', 'gen_ai.agent.id', 'agent.name', 'ai.telemetry.functionId'].flatMap(name =>
          values(name, all),
        ),
        ...['gen_ai.agent.name', 'service.name', 'openinference.project.name'].flatMap(name => values(name, resources)),
      ]),
    ],
    conversationId: first(conversationNames) ?? threadIn(all),
    userId: first(userNames),
    service: first(['service.name'], resources),
  }
}

/** LangGraph's thread, in OpenInference's metadata. */
function threadIn(all: readonly Attributes[]): string | undefined {
  const threads = all.map(({ metadata }) => parseIfJson(metadata)).map(value => isObject(value) && value['thread_id'])
  return threads.find(thread => typeof thread === 'string')
}
