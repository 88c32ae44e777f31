import { extname, resolve } from 'node:path'
import { Fault } from '#runtime/core/faults.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { isObject, readMessages } from '#services/ingest/messages.ts'
import { turnsFromMessages } from '#services/ingest/turns.ts'
import { topic } from '#topology/topic-names.ts'
import { langfuseBody, langfuseTraces } from './langfuse.ts'
import { readCsvBodies, readJsonLines, readParquetBodies, type SourceRow, type SourceRows } from './rows.ts'

type IngestBody = Readonly<Record<string, unknown>>

export type ImportFormat = {
  readonly rows: (path: string) => SourceRows
  /** Bodies for ingest, without what `openSource` fills in; none where a row has no turn in which a tool was called. */
  readonly bodies: (row: SourceRow, path: string, agent: string) => readonly IngestBody[]
}

const objectBody = ({ value }: SourceRow): readonly IngestBody[] => {
  if (isObject(value)) return [value]
  throw new Error(value === undefined ? 'not JSON in UTF-8; each line holds one object' : 'must be an object')
}

const importFormats = {
  csv: { rows: readCsvBodies, bodies: objectBody },
  jsonl: { rows: readJsonLines, bodies: objectBody },
  parquet: { rows: readParquetBodies, bodies: objectBody },
  openai: { rows: readJsonLines, bodies: openaiBodies },
  langfuse: {
    rows: langfuseTraces,
    bodies: (row, _path, agent) => [langfuseBody(row, agent)].filter(body => body !== undefined),
  },
} as const satisfies Record<string, ImportFormat>

export const importFormatNames = Object.keys(importFormats)

const byExtension: Readonly<Record<string, ImportFormat>> = {
  '.csv': importFormats.csv,
  '.jsonl': importFormats.jsonl,
  '.ndjson': importFormats.jsonl,
  '.parquet': importFormats.parquet,
}

/** The format of a file, by its name unless it is given. FLY_USAGE when neither tells, or where it holds something else. */
export function importFormatOf(path: string, given: string | undefined, kind: string): ImportFormat {
  if (given !== undefined && kind !== topic.chatLogs && (given === 'openai' || given === 'langfuse'))
    throw new Fault('FLY_USAGE', `--format ${given} holds chats: leave out --kind ${kind}`)
  const format = given === undefined ? byExtension[extname(path)] : importFormats[given as keyof typeof importFormats]
  if (format) return format
  const names = Object.keys(byExtension).join(', ')
  throw new Fault('FLY_USAGE', `${path}: what kind of file is this? Name it ${names}, or give --format`)
}

/** OpenAI's fine-tuning example, {"messages": […]}: each of the customer's turns for which a tool was called. */
function openaiBodies(row: SourceRow, path: string): readonly IngestBody[] {
  const [example] = objectBody(row)
  if (!Array.isArray(example?.['messages']))
    throw new Error('messages: missing; an example of OpenAI fine-tuning has them')
  const conversationId = rowId(path, row)
  return turnsFromMessages(readMessages(example['messages'], 'user'))
    .filter(({ plan }) => plan !== undefined)
    .map(turn => ({ ...turn, conversationId }))
}

/** The same row of the same file has the same id. */
export const rowId = (path: string, { where }: SourceRow): string => deriveId('import/v2', resolve(path), where)
