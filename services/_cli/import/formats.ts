import { resolve } from 'node:path'
import { readConversation } from '#dialects/conversations/conversation.ts'
import { type DialectName, dialectNames } from '#dialects/conversations/dialects.ts'
import { isAnswered, splitTurns } from '#dialects/turns.ts'
import { Fault } from '#runtime/core/faults.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { isObject, type JsonObject } from '#runtime/core/json.ts'
import { topic } from '#topology/topic-names.ts'
import type { ImportFormatName } from './format-names.ts'
import { readLangfuseTraces } from './langfuse-rows.ts'
import { type ImportRow, readCsvBodies, readJsonLines, readParquetBodies, type SourceRow } from './rows.ts'

/** Reads the rows of a file. */
export type ImportFormat = (path: string, agent: string) => AsyncIterable<ImportRow>

/** A format whose rows are read one by one. */
const formatOf = (
  readRows: (path: string) => AsyncIterable<SourceRow>,
  bodiesOf: (row: SourceRow, path: string) => readonly JsonObject[],
): ImportFormat =>
  async function* (path) {
    for await (const row of readRows(path)) yield { ...row, bodies: () => bodiesOf(row, path) }
  }

const formatsByName: Readonly<Record<ImportFormatName, ImportFormat>> = {
  csv: formatOf(readCsvBodies, row => [objectOf(row)]),
  jsonl: formatOf(readJsonLines, row => [objectOf(row)]),
  parquet: formatOf(readParquetBodies, row => [objectOf(row)]),
  langfuse: readLangfuseTraces,
  conversations: conversations(),
  openai: conversations('openai'),
  'openai-responses': conversations('openai-responses'),
  anthropic: conversations('anthropic'),
  gemini: conversations('gemini'),
  converse: conversations('converse'),
  langchain: conversations('langchain'),
  'ai-sdk': conversations('ai-sdk'),
  opentelemetry: conversations('opentelemetry'),
  sharegpt: conversations('sharegpt'),
  messages: conversations('messages'),
}
/** They hold conversations, so escalations and feedback cannot be read from them. */
const chatFormats: readonly ImportFormatName[] = ['langfuse', 'conversations', ...dialectNames]

/** How files of a format are read. FLY_USAGE when `kind` does not fit. */
export function importFormatOf(name: ImportFormatName, kind: string): ImportFormat {
  if (chatFormats.includes(name) && kind !== topic.chatLogs)
    throw new Fault('FLY_USAGE', `--format ${name} holds chats: leave out --kind ${kind}`)
  return formatsByName[name]
}

function objectOf({ value }: SourceRow): JsonObject {
  if (isObject(value)) return value
  throw new Error(value === undefined ? 'not JSON in UTF-8; each line holds one object' : 'must be an object')
}

/** Conversations in one dialect; without it, in the one that each is written in. */
function conversations(dialect?: DialectName): ImportFormat {
  return formatOf(readJsonLines, (row, path) => conversationBodies(row, path, dialect))
}

/** A conversation: each user turn that the assistant answered. */
function conversationBodies({ value, where }: SourceRow, path: string, dialect?: DialectName): readonly JsonObject[] {
  if (value === undefined) throw new Error('not JSON in UTF-8; each line holds one conversation')
  const { conversationId, conversation_id, id } = isObject(value) ? value : {}
  const given = [conversationId, conversation_id, id].find(name => typeof name === 'string' && name !== '')
  return splitTurns(readConversation(value, dialect))
    .filter(isAnswered)
    .map(turn => ({ ...turn, conversationId: given ?? rowId(path, where) }))
}

/** The same row of the same file has the same id. */
export const rowId = (path: string, where: string): string => deriveId('import/v2', resolve(path), where)
