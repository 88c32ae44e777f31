import { deriveId } from '#runtime/core/identity.ts'
import { isObject, type JsonObject } from '#runtime/core/json.ts'
import { jsonText, readMessages } from './messages.ts'
import { type TraceStep, turnFromSteps } from './recorded-turn.ts'

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

/** The turn of a trace as a chat log (record-bodies.ts), from all its items; undefined where no question was asked, or nothing was done about it. */
export function langfuseChatLog(items: readonly JsonObject[], agent: string): JsonObject | undefined {
  const hasGeneration = items.some(({ type }) => type === 'GENERATION')
  const steps = items.flatMap(item => stepsOf(item, hasGeneration))
  const recorded = turnFromSteps(steps)
  if (recorded === undefined || recorded.turn.steps.length === 0) return undefined
  const textOf = (name: string): string | undefined =>
    items
      .map(item => item[name])
      .filter(value => typeof value === 'string')
      .find(value => value !== '')
  const traceId = textOf('traceId') ?? textOf('id') ?? ''
  const end = Math.max(...steps.map(step => step.end))
  return {
    ...recorded.turn,
    id: deriveId('langfuse/v1', agent, traceId),
    conversationId: textOf('sessionId') ?? traceId,
    userId: textOf('userId'),
    at: end > 0 ? end : undefined,
    latencyMs: end > 0 ? recorded.latencyMs : undefined,
    source: 'langfuse',
  }
}

/** Where model calls were recorded, the spans around them add nothing; else the trace itself may have question and answer. */
function stepsOf(item: JsonObject, hasGeneration: boolean): readonly TraceStep[] {
  const { type, name, input } = item
  if (type === 'TOOL' && typeof name === 'string')
    return [{ ...timesOf(item), input: [], output: [], call: { id: null, tool: name, arguments: jsonText(input) } }]
  if (hasGeneration && type !== 'GENERATION') return []
  return [{ ...timesOf(item), input: readMessages(input, 'user'), output: readMessages(item['output'], 'assistant') }]
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
