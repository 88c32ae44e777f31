import { readFileSync } from 'node:fs'
import { Fault } from '#runtime/core/faults.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { argumentOf, isObject, readMessages } from '#services/ingest/messages.ts'
import { type TraceStep, turnFromSteps } from '#services/ingest/turns.ts'
import { parseJson, readCsvRecords, readJsonLines, type SourceRow, type SourceRows } from './rows.ts'

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Traces of a Langfuse export, each as one row: the file of a trace or of a table (JSON, JSONL or CSV), the pages of its API, or
 * its blob storage export (`snake_case`). Rows of one trace may lie anywhere, so the file is held in memory. The fields are those of
 * https://langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields
 */
export async function* langfuseTraces(path: string): SourceRows {
  const traces = new Map<string, JsonObject[]>()
  for await (const { where, value } of readItems(path))
    for (const item of itemsOf(value)) {
      const id = item['traceId'] ?? item['id']
      if (typeof id !== 'string')
        throw new Fault('FLY_USAGE', `${path} ${where}: neither a trace nor an observation of Langfuse`)
      const held = traces.get(id)
      if (held) held.push(item)
      else traces.set(id, [item])
    }
  for (const [id, items] of traces) yield { where: `trace ${id}`, value: items }
}

function readItems(path: string): SourceRows {
  if (path.endsWith('.csv')) return readCsvItems(path)
  return path.endsWith('.json') ? readJsonFile(path) : readJsonLines(path)
}

async function* readJsonFile(path: string): SourceRows {
  const value = parseJson(readFileSync(path))
  if (value === undefined) throw new Fault('FLY_USAGE', `${path}: not JSON, or too large for it: export JSONL`)
  yield { where: 'file', value }
}

/** Cells hold what is no text as JSON; older exports hold texts as JSON too. */
async function* readCsvItems(path: string): SourceRows {
  for await (const { where, value } of readCsvRecords(path)) {
    const cells = Object.entries(value).filter(([, cell]) => cell !== '')
    yield { where, value: Object.fromEntries(cells.map(([column, cell]) => [column, parseCell(cell)])) }
  }
}

const parseCell = (cell: string): unknown => (/^[[{"]/.test(cell) ? (parseJson(Buffer.from(cell)) ?? cell) : cell)

/** Traces and observations in whatever they are wrapped in, with names in camelCase. */
function itemsOf(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(itemsOf)
  if (!isObject(value)) return [{}]
  const { trace, observations, data, ...item } = camelCased(value)
  if (data !== undefined && item['id'] === undefined) return itemsOf(data)
  const self = trace === undefined ? [item] : itemsOf(trace)
  const id = self[0]?.['id']
  const below = Array.isArray(observations) ? observations.filter(isObject).flatMap(itemsOf) : []
  return [...self, ...below.map(one => ({ ...one, traceId: one['traceId'] ?? id }))]
}

const camelCased = (item: JsonObject): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_all, letter) => letter.toUpperCase()),
      value,
    ]),
  )

/** The body of a trace's turn; undefined where no tool was called for a question. */
export function langfuseBody({ value }: SourceRow, agent: string): JsonObject | undefined {
  const items = value as readonly JsonObject[]
  const generated = items.some(({ type }) => type === 'GENERATION')
  const steps = items.flatMap(item => stepsOf(item, generated))
  const recorded = turnFromSteps(steps)
  if (recorded?.turn.plan === undefined) return undefined
  const text = (name: string): string | undefined =>
    items.map(item => item[name]).find((given): given is string => typeof given === 'string' && given !== '')
  const traceId = text('traceId') ?? text('id') ?? ''
  const end = Math.max(...steps.map(step => step.end))
  return {
    ...recorded.turn,
    id: deriveId('langfuse/v1', agent, traceId),
    conversationId: text('sessionId') ?? traceId,
    userId: text('userId'),
    at: end > 0 ? end : undefined,
    latencyMs: end > 0 ? recorded.latencyMs : undefined,
    source: 'langfuse',
  }
}

/** Where models were seen, what surrounds them says nothing more; else the trace itself may say what was asked. */
function stepsOf(item: JsonObject, generated: boolean): readonly TraceStep[] {
  const { type, name, input } = item
  if (type === 'TOOL' && typeof name === 'string')
    return [
      { ...messageStep({ ...item, input: null, output: null }), call: { tool: name, argument: argumentOf(input) } },
    ]
  return type === 'GENERATION' || !generated ? [messageStep(item)] : []
}

function messageStep(item: JsonObject): TraceStep {
  const start = parseTime(item['startTime'] ?? item['timestamp'])
  return {
    start,
    end: parseTime(item['endTime']) || start,
    input: readMessages(item['input'], 'user'),
    output: readMessages(item['output'], 'assistant'),
  }
}

/** ISO 8601, or `2024-05-29 13:46:19.963000` in UTC; 0 when there is none. */
function parseTime(value: unknown): number {
  if (typeof value !== 'string') return 0
  const iso = value.replace(' ', 'T')
  return Date.parse(/Z|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`) || 0
}
