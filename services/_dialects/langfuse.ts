import { deriveId } from '#runtime/core/identity.ts'
import { isObject, type JsonObject, parseIfJson } from '#runtime/core/json.ts'
import type { Call } from '#schemas/events.ts'
import { isConversation, readConversation } from './conversations/conversation.ts'
import { readMessageList } from './conversations/dialects.ts'
import { type ConversationMessage, jsonText, UnreadableConversation } from './conversations/form.ts'
import { type TraceStep, turnsFromSteps } from './recorded-turn.ts'

/**
 * The traces and observations in a value of a Langfuse export, with field names in camelCase: the file of a trace, a row of a
 * table, a page of the API, or the blob storage export (snake_case,
 * https://langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields). What is neither is an object without
 * fields.
 */
export function langfuseItems(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(langfuseItems)
  if (!isObject(value)) return [{}]
  const { trace, observations, data, ...item } = camelCased(value)
  if (data !== undefined && item['id'] === undefined) return langfuseItems(data)
  const own = trace === undefined ? [item] : langfuseItems(trace)
  const traceId = own[0]?.['id']
  const nested = Array.isArray(observations) ? observations.filter(isObject).flatMap(langfuseItems) : []
  return [...own, ...nested.map(one => ({ ...one, traceId: one['traceId'] ?? traceId }))]
}

/** The id of the trace that an item is or belongs to. */
export function langfuseTraceId(item: JsonObject): string | undefined {
  const id = item['traceId'] ?? item['id']
  return typeof id === 'string' ? id : undefined
}

const camelCased = (item: JsonObject): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_all, letter) => letter.toUpperCase()),
      value,
    ]),
  )

/**
 * The turns of a trace as chat logs (record-bodies.ts), from all its items; none where no question was asked, or nothing was done
 * about it. Throws UnreadableConversation.
 */
export function langfuseChatLogs(items: readonly JsonObject[], agent: string): readonly JsonObject[] {
  const hasGeneration = items.some(({ type }) => type === 'GENERATION')
  const steps = items.flatMap(item => stepsOf(item, hasGeneration))
  const textOf = (name: string): string | undefined =>
    items
      .map(item => item[name])
      .filter(value => typeof value === 'string')
      .find(value => value !== '')
  const traceId = textOf('traceId') ?? textOf('id') ?? ''
  const conversation = { conversationId: textOf('sessionId') ?? traceId, userId: textOf('userId'), source: 'langfuse' }
  return turnsFromSteps(steps)
    .filter(({ turn }) => turn.steps.length > 0)
    .map(({ turn, latencyMs, end }) => ({
      ...{ ...turn, ...conversation, id: deriveId('langfuse/v2', agent, traceId, turn.turn) },
      at: end > 0 ? end : undefined,
      latencyMs: end > 0 ? latencyMs : undefined,
    }))
}

/** Where model calls were recorded, the spans around them add nothing; else the trace itself may have question and answer. */
function stepsOf(item: JsonObject, hasGeneration: boolean): readonly TraceStep[] {
  const { type, name, input, output } = item
  if (type === 'TOOL') return [{ ...timesOf(item), input: [], output: [], call: callOfTool(name, input) }]
  if (type === 'GENERATION')
    return [{ ...timesOf(item), input: readMessagesIn(input, 'user'), output: readMessagesIn(output, 'assistant') }]
  if (hasGeneration) return []
  const [asked, answered] = [input, output].map(value => (isMessages(value) ? value : undefined))
  return [{ ...timesOf(item), input: readMessagesIn(asked, 'user'), output: readMessagesIn(answered, 'assistant') }]
}

/** The call of a tool's observation. Names that instrumentations give to what runs tools are not those of tools. */
function callOfTool(name: unknown, input: unknown): Call {
  if (typeof name === 'string' && /^[\w./ -]+$/.test(name) && name !== 'ai.toolCall')
    return { id: null, tool: name, arguments: jsonText(input) }
  throw new UnreadableConversation('', `${String(name)} is not the name of a tool: record the calls in the generations`)
}

/** Inputs of other spans may be anything. */
const isMessages = (value: unknown): boolean =>
  typeof parseIfJson(value) === 'string' || isConversation(parseIfJson(value))

function readMessagesIn(value: unknown, role: 'user' | 'assistant'): readonly ConversationMessage[] {
  const given = parseIfJson(value)
  const where = role === 'user' ? 'input' : 'output'
  if (!isObject(given)) return readMessageList(given, { role, where })
  if (isConversation(given)) return readConversation(given)
  const { text, toolCalls } = given
  if (toolCalls !== undefined) return readMessageList({ role, content: text, tool_calls: toolCalls }, { where })
  if (['role', 'content', 'type', 'tool_calls', 'kwargs', 'parts'].some(field => field in given))
    return readMessageList(given, { role, where })
  throw new UnreadableConversation(where, `unknown shape with ${Object.keys(given).join(', ') || 'no fields'}`)
}

function timesOf(item: JsonObject): Pick<TraceStep, 'start' | 'end'> {
  const start = parseTime(item['startTime'] ?? item['timestamp'])
  return { start, end: parseTime(item['endTime']) || start }
}

/** ISO 8601, or `2024-05-29 13:46:19.963000` in UTC; 0 when there is none. */
function parseTime(value: unknown): number {
  if (typeof value !== 'string') return 0
  const iso = value.replace(' ', 'T')
  return Date.parse(/Z|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`) || 0
}
