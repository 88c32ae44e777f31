import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import { ZodError } from 'zod'
import type { Settings } from '#runtime/config.ts'
import { Fault } from '#runtime/faults.ts'
import { deriveId } from '#runtime/identity.ts'
import { chatLogBody, escalationBody, feedbackBody } from '#services/ingest/bodies.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/names.ts'

type Options = { readonly agent: string; readonly kind: string; readonly url?: string; readonly json: boolean }
type Row = { readonly line: number; readonly value: Record<string, unknown> }

const rowsPerRequest = 500
const bodies: Record<string, typeof chatLogBody | typeof escalationBody | typeof feedbackBody> = {
  [topic.chatLogs]: chatLogBody,
  escalations: escalationBody,
  feedback: feedbackBody,
}

/**
 * Sends a file to ingest. The whole file is validated before the first row is sent; ids derive from the rows, so calling it
 * again after an interruption sends nothing twice. CSV columns and JSONL fields are those of ingest's HTTP body; in CSV a
 * plan's fields are `plan.tool`, `plan.argument`, `plan.confidence`, `plan.margin`.
 */
export async function importFile(
  path: string,
  options: Options,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const url = options.url ?? `http://127.0.0.1:${settings.port}`
  const say = (text: string): void => void (process.stderr.isTTY && process.stderr.write(text))
  let rows = 0
  for await (const row of read(path)) {
    complete(row, options, path)
    if (++rows % 10_000 === 0) say(`\rchecked ${rows} rows`)
  }
  if (rows === 0) throw new Fault('FLY_USAGE', `${path}: no rows; give at least one`)

  const total = { rows, accepted: 0, duplicates: 0 }
  let batch: object[] = []
  const send = async (): Promise<void> => {
    if (batch.length === 0) return
    const answer = await post(`${url}/v1/${options.kind}`, batch, settings, signal)
    total.accepted += answer.accepted
    total.duplicates += answer.duplicates
    batch = []
    say(`\rsent ${total.accepted + total.duplicates} of ${rows} rows`)
  }
  for await (const row of read(path)) {
    batch.push(complete(row, options, path))
    if (batch.length === rowsPerRequest) await send()
  }
  await send()
  say('\n')
  process.stdout.write(
    options.json ? `${JSON.stringify(total)}\n` : `${total.accepted} accepted, ${total.duplicates} known already\n`,
  )
}

async function* read(path: string): AsyncGenerator<Row> {
  try {
    if (!statSync(path).isFile()) throw new Error('not a file')
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (path.endsWith('.csv')) yield* readCsv(path)
  else if (/\.(jsonl|ndjson)$/.test(path)) yield* readJsonLines(path)
  else throw new Fault('FLY_USAGE', `${path}: what kind of file is this? Name it .csv, .jsonl or .ndjson`)
}

async function* readCsv(path: string): AsyncGenerator<Row> {
  const parser = createReadStream(path).pipe(parse({ columns: true, bom: true, skip_empty_lines: true, info: true }))
  try {
    for await (const { info, record } of parser) yield { line: info.lines, value: nested(record) }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('FLY_USAGE', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const numeric = new Set(['turn', 'latencyMs', 'plan.confidence', 'plan.margin'])

/** CSV cells as a body: dotted columns nest, empty cells are absent, numbers are numbers. */
function nested(cells: Record<string, string>): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const [column, cell] of Object.entries(cells)) {
    if (cell === '') continue
    const content = numeric.has(column) && Number.isFinite(Number(cell)) ? Number(cell) : cell
    const [head = '', tail] = column.split('.')
    if (tail === undefined) value[head] = content
    else value[head] = { ...(value[head] as object | undefined), [tail]: content }
  }
  return value
}

async function* readJsonLines(path: string): AsyncGenerator<Row> {
  let line = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    if (text.trim() === '') continue
    try {
      yield { line, value: JSON.parse(text) }
    } catch {
      throw new Fault('FLY_USAGE', `${path} line ${line}: not JSON; each line holds one object`)
    }
  }
}

/** The body of a row: agent and source filled in, validated as ingest will. FLY_USAGE naming file, line, field and fix. */
function complete({ line, value }: Row, { agent, kind }: Options, path: string): object {
  const conversationId = value['conversationId'] ?? deriveId('import/v1', path, line)
  const turn = kind === topic.chatLogs ? { turn: value['turn'] ?? 0, source: value['source'] ?? 'import' } : {}
  const body = { ...value, agent, conversationId, ...turn }
  try {
    bodies[kind]?.parse(body)
    return body
  } catch (error) {
    const first = error instanceof ZodError ? error.issues[0] : undefined
    throw new Fault(
      'FLY_USAGE',
      `${path} line ${line}: ${first?.path.join('.') || 'row'}: ${first?.message ?? String(error)}`,
    )
  }
}

async function post(url: string, rows: readonly object[], settings: Settings, signal: AbortSignal) {
  const headers = {
    'content-type': 'application/json',
    ...(settings.apiKey ? { authorization: `Bearer ${settings.apiKey}` } : {}),
  }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(rows), signal }).catch(error => {
    throw new Fault(
      'FLY_USAGE',
      `ingest does not answer at ${url}: start it with flywheel up (port ${services.ingest.port} above the base with --kafka), or give --url`,
      {},
      error,
    )
  })
  if (!answer.ok)
    throw new Fault('FLY_USAGE', `ingest answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
  return (await answer.json()) as { accepted: number; duplicates: number }
}
