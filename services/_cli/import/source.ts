import { statSync } from 'node:fs'
import { ZodError, type ZodType } from 'zod'
import { chatLogBody, escalationBody, feedbackBody } from '#dialects/record-bodies.ts'
import { Fault } from '#runtime/core/faults.ts'
import { topic } from '#topology/topic-names.ts'
import type { ImportFormatName } from './format-names.ts'
import { importFormatOf, rowId } from './formats.ts'
import { recogniseFormat } from './recognise.ts'
import type { ImportRow } from './rows.ts'

/** Most records in one request, and about how many characters. */
const maxRecords = 500
const maxCharacters = 2_000_000
/** Most bad rows in an error message. */
const maxListedErrors = 20

/** A record as JSON, and the position of its row. */
export type ImportRecord = { readonly where: string; readonly json: string }

/** Records of one request. They are those of the file's rows before row number `end`, counted from 0. */
export type ImportBatch = { readonly records: readonly ImportRecord[]; readonly end: number }

/** A row that is refused, and why. `row` is absent where it could not be read. */
export type BadRow = { readonly where: string; readonly reason: string; readonly row?: unknown }

export type ImportSource = {
  /** What the file is taken for. */
  readonly takenFor: string
  /** Counts the rows, those without a record, and the bad ones. FLY_USAGE that lists the bad rows, unless `onBadRow` takes them. */
  readonly check: (
    onRow: (rows: number) => void,
  ) => Promise<{ readonly rows: number; readonly skipped: number; readonly bad: number }>
  /** The records of the rows from number `from` on. Bad rows have none where `onBadRow` takes them. */
  readonly batches: (from: number) => AsyncIterable<ImportBatch>
}

const bodySchemas = new Map<string, ZodType>([
  [topic.chatLogs, chatLogBody],
  [topic.escalations, escalationBody],
  [topic.feedback, feedbackBody],
])

type ImportSourceOptions = {
  readonly agent: string
  readonly kind: string
  readonly format?: ImportFormatName
  /** Takes the bad rows when the file is checked. */
  readonly onBadRow?: (bad: BadRow) => void
}

/** Opens a file as records for ingest. Its format is the given one, else recognised. FLY_USAGE when there is no such file or its format is unknown. */
export async function openImportSource(
  path: string,
  { agent, kind, format: given, onBadRow }: ImportSourceOptions,
): Promise<ImportSource> {
  checkFile(path)
  const { format, takenFor } = await recogniseFormat(path, given)
  const readRows = importFormatOf(format, kind)

  /** Fills in agent, conversation, turn and source where they are missing, and validates with ingest's own schemas. */
  const recordsOf = (row: ImportRow): readonly object[] =>
    row.bodies().map(body => {
      const { conversationId, turn, source } = body
      const chat = kind === topic.chatLogs ? { turn: turn ?? 0, source: source ?? 'import' } : {}
      const record = { ...body, ...chat, agent, conversationId: conversationId ?? rowId(path, row.where) }
      bodySchemas.get(kind)?.parse(record)
      return record
    })

  const recordsOfGood = (row: ImportRow): readonly object[] => {
    try {
      return recordsOf(row)
    } catch (error) {
      if (onBadRow) return []
      throw error
    }
  }

  return {
    takenFor,
    async check(onRow) {
      const errors: string[] = []
      const refuse = onBadRow ?? (({ where, reason }: BadRow) => errors.push(`${path} ${where}: ${reason}`))
      let rows = 0
      let bad = 0
      let skipped = 0
      for await (const row of readRows(path, agent)) {
        try {
          if (recordsOf(row).length === 0) skipped++
        } catch (error) {
          bad++
          refuse({ where: row.where, reason: messageOf(error), row: row.value })
        }
        onRow(++rows)
      }
      const more = errors.length > maxListedErrors ? [`and ${errors.length - maxListedErrors} more rows`] : []
      if (errors.length > 0) throw new Fault('FLY_USAGE', [...errors.slice(0, maxListedErrors), ...more].join('\n'))
      if (rows === 0) throw new Fault('FLY_USAGE', `${path}: no rows; give at least one`)
      if (bad === rows) throw new Fault('FLY_USAGE', `${path}: every row is bad, so nothing is sent`)
      if (skipped + bad === rows)
        throw new Fault('FLY_USAGE', `${path}: no turn has an answer of the agent, so there is nothing to learn from`)
      return { rows, skipped, bad }
    },
    async *batches(from) {
      let records: ImportRecord[] = []
      let characters = 0
      let end = 0
      for await (const row of readRows(path, agent)) {
        const added =
          end < from ? [] : recordsOfGood(row).map(record => ({ where: row.where, json: JSON.stringify(record) }))
        const size = added.reduce((sum, { json }) => sum + json.length, 0)
        if (records.length > 0 && (records.length + added.length > maxRecords || characters + size > maxCharacters)) {
          yield { records, end }
          records = []
          characters = 0
        }
        records.push(...added)
        characters += size
        end++
      }
      if (records.length > 0) yield { records, end }
    },
  }
}

function checkFile(path: string): void {
  try {
    if (statSync(path).isFile()) return
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${messageOf(error)}`)
  }
  throw new Fault('FLY_USAGE', `${path}: not a file; it is read twice, to check it before anything is sent`)
}

function messageOf(error: unknown): string {
  if (!(error instanceof ZodError)) return error instanceof Error ? error.message : String(error)
  // Where columns have other names, the unknown names explain more than the fields that are then missing.
  const first = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]
  return `${first?.path.join('.') || 'row'}: ${first?.message ?? 'invalid'}`
}
