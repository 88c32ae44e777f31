import { extname } from 'node:path'
import { isConversation } from '#dialects/conversations/conversation.ts'
import { langfuseItems } from '#dialects/langfuse.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { ImportFormatName } from './format-names.ts'
import { csvSeparatorOf, readJsonLines } from './rows.ts'
import { readHead } from './text-file.ts'

/** The format of a file, and the words for it. */
export type RecognisedFormat = { readonly format: ImportFormatName; readonly takenFor: string }

const separatorNames = new Map([
  [',', 'commas'],
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
])

/**
 * The given format of a file, else the one of its extension (before `.gz`), else that of its content. A JSON file is one of
 * conversations or of Langfuse where its first value is. FLY_USAGE when it is none.
 */
export async function recogniseFormat(path: string, given: ImportFormatName | undefined): Promise<RecognisedFormat> {
  const format = given ?? (await formatOfContent(path))
  if (format !== 'csv') return { format, takenFor: format }
  const separator = separatorNames.get(await csvSeparatorOf(path))
  return { format, takenFor: `csv, separated by ${separator}` }
}

async function formatOfContent(path: string): Promise<ImportFormatName> {
  const head = await readHead(path, 64)
  if (head.subarray(0, 4).toString() === 'PAR1') return 'parquet'
  switch (extname(path.replace(/\.gz$/, ''))) {
    case '.csv':
    case '.tsv':
      return 'csv'
    case '.parquet':
      return 'parquet'
    case '.json':
    case '.jsonl':
    case '.ndjson':
      return formatOfJson(path)
  }
  if (/^\ufeff?\s*[[{]/.test(head.toString())) return formatOfJson(path)
  throw new Fault(
    'FLY_USAGE',
    `${path}: not recognised: neither JSON nor Parquet, nor is its extension .csv or .tsv; give --format`,
  )
}

async function formatOfJson(path: string): Promise<ImportFormatName> {
  for await (const { value } of readJsonLines(path)) {
    const isLangfuse = langfuseItems(value).some(
      ({ type, traceId }) => typeof type === 'string' && typeof traceId === 'string',
    )
    if (isLangfuse) return 'langfuse'
    return isConversation(value) ? 'conversations' : 'jsonl'
  }
  return 'jsonl'
}
