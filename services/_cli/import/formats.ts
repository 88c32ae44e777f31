import { extname, resolve } from 'node:path'
import { Fault } from '#runtime/core/faults.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { isFields, readMessages } from '#services/ingest/messages.ts'
import { turnsOf } from '#services/ingest/turns.ts'
import { topic } from '#topology/names.ts'
import { langfuseBody, langfuseTraces } from './langfuse.ts'
import { csvRows, jsonLines, parquetRows, type Row, type Rows } from './rows.ts'

type Body = Readonly<Record<string, unknown>>

export type Format = {
  readonly rows: (path: string) => Rows
  /** Bodies for ingest, without what `openSource` fills in; none where a row has no turn in which a tool was called. */
  readonly bodies: (row: Row, path: string, agent: string) => readonly Body[]
}

const fields = ({ value }: Row): readonly Body[] => {
  if (isFields(value)) return [value]
  throw new Error(value === undefined ? 'not JSON in UTF-8; each line holds one object' : 'must be an object')
}

const formats = {
  csv: { rows: csvRows, bodies: fields },
  jsonl: { rows: jsonLines, bodies: fields },
  parquet: { rows: parquetRows, bodies: fields },
  openai: { rows: jsonLines, bodies: openaiBodies },
  langfuse: {
    rows: langfuseTraces,
    bodies: (row, _path, agent) => [langfuseBody(row, agent)].filter(body => body !== undefined),
  },
} as const satisfies Record<string, Format>

export const formatNames = Object.keys(formats)

const byExtension: Readonly<Record<string, Format>> = {
  '.csv': formats.csv,
  '.jsonl': formats.jsonl,
  '.ndjson': formats.jsonl,
  '.parquet': formats.parquet,
}

/** The format of a file, by its name unless it is given. FLY_USAGE when neither tells, or where it holds something else. */
export function formatOf(path: string, given: string | undefined, kind: string): Format {
  if (given !== undefined && kind !== topic.chatLogs && (given === 'openai' || given === 'langfuse'))
    throw new Fault('FLY_USAGE', `--format ${given} holds chats: leave out --kind ${kind}`)
  const format = given === undefined ? byExtension[extname(path)] : formats[given as keyof typeof formats]
  if (format) return format
  const names = Object.keys(byExtension).join(', ')
  throw new Fault('FLY_USAGE', `${path}: what kind of file is this? Name it ${names}, or give --format`)
}

/** OpenAI's fine-tuning example, {"messages": […]}: each of the customer's turns for which a tool was called. */
function openaiBodies(row: Row, path: string): readonly Body[] {
  const [example] = fields(row)
  if (!Array.isArray(example?.['messages']))
    throw new Error('messages: missing; an example of OpenAI fine-tuning has them')
  const conversationId = rowId(path, row)
  return turnsOf(readMessages(example['messages'], 'user'))
    .filter(({ plan }) => plan !== undefined)
    .map(turn => ({ ...turn, conversationId }))
}

/** The same row of the same file has the same id. */
export const rowId = (path: string, { where }: Row): string => deriveId('import/v2', resolve(path), where)
