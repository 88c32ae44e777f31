import { statSync } from 'node:fs'
import { ZodError } from 'zod'
import { Fault } from '#runtime/core/faults.ts'
import { chatLogBody, escalationBody, feedbackBody } from '#services/ingest/bodies.ts'
import { topic } from '#topology/topic-names.ts'
import { importFormatOf, rowId } from './formats.ts'
import type { SourceRow } from './rows.ts'

/** A request has at most so many records, and about so many characters. */
const maxRecords = 500
const maxCharacters = 2_000_000
/** Bad rows that are named. */
const maxListedErrors = 20

/** Records of one request, as JSON; they are those of the file's rows before row number `end`, counted from 0. */
export type ImportBatch = { readonly records: readonly string[]; readonly end: number }

export type ImportSource = {
  /** Counts the rows, and those that lead to no record. FLY_USAGE that names bad rows and what is wrong with each. */
  readonly check: (checked: (rows: number) => void) => Promise<{ readonly rows: number; readonly skipped: number }>
  /** What is left to send when the first rows are not sent again. */
  readonly batches: (from: number) => AsyncIterable<ImportBatch>
}

const bodySchemas: Record<string, typeof chatLogBody | typeof escalationBody | typeof feedbackBody> = {
  [topic.chatLogs]: chatLogBody,
  escalations: escalationBody,
  feedback: feedbackBody,
}

type ImportSourceOptions = { readonly agent: string; readonly kind: string; readonly format?: string }

/** A file as records for ingest. FLY_USAGE when it is none, or of no known format. */
export function openImportSource(path: string, { agent, kind, format: given }: ImportSourceOptions): ImportSource {
  checkFile(path)
  const format = importFormatOf(path, given, kind)

  /** Agent, conversation, turn and source are filled in where they lack; validated as ingest will. */
  const recordsOf = (row: SourceRow): readonly object[] =>
    format.bodies(row, path, agent).map(body => {
      const { conversationId, turn, source } = body
      const chat = kind === topic.chatLogs ? { turn: turn ?? 0, source: source ?? 'import' } : {}
      const record = { ...body, ...chat, agent, conversationId: conversationId ?? rowId(path, row) }
      bodySchemas[kind]?.parse(record)
      return record
    })

  return {
    async check(checked) {
      const bad: string[] = []
      let rows = 0
      let skipped = 0
      for await (const row of format.rows(path)) {
        try {
          if (recordsOf(row).length === 0) skipped++
        } catch (error) {
          bad.push(`${path} ${row.where}: ${validationMessage(error)}`)
        }
        checked(++rows)
      }
      const more = bad.length > maxListedErrors ? [`and ${bad.length - maxListedErrors} more rows`] : []
      if (bad.length > 0) throw new Fault('FLY_USAGE', [...bad.slice(0, maxListedErrors), ...more].join('\n'))
      if (rows === 0) throw new Fault('FLY_USAGE', `${path}: no rows; give at least one`)
      if (skipped === rows)
        throw new Fault('FLY_USAGE', `${path}: no turn calls a tool, so there is no plan to learn from`)
      return { rows, skipped }
    },
    async *batches(from) {
      let records: string[] = []
      let characters = 0
      let end = 0
      for await (const row of format.rows(path)) {
        const added = end < from ? [] : recordsOf(row).map(record => JSON.stringify(record))
        const size = added.reduce((sum, { length }) => sum + length, 0)
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
    throw new Fault('FLY_USAGE', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw new Fault('FLY_USAGE', `${path}: not a file; it is read twice, to check it before anything is sent`)
}

function validationMessage(error: unknown): string {
  if (!(error instanceof ZodError)) return error instanceof Error ? error.message : String(error)
  // Where columns have other names, the names say more than what is then missing.
  const first = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]
  return `${first?.path.join('.') || 'row'}: ${first?.message ?? 'invalid'}`
}
