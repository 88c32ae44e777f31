import { readFileSync } from 'node:fs'
import { langfuseChatLogs, langfuseItems, langfuseTraceId } from '#dialects/langfuse.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { JsonObject } from '#runtime/core/json.ts'
import { type ImportRow, parseJson, readCsvRecords, readJsonLines, type SourceRow } from './rows.ts'

/**
 * The traces of a Langfuse export (JSON, JSONL or CSV), each as one row. The rows of a trace may be anywhere in the file, so
 * the file is held in memory.
 */
export async function* readLangfuseTraces(path: string, agent: string): AsyncIterable<ImportRow> {
  const traces = new Map<string, JsonObject[]>()
  for await (const { where, value } of readRows(path))
    for (const item of langfuseItems(value)) {
      const id = langfuseTraceId(item)
      if (id === undefined)
        throw new Fault('FLY_USAGE', `${path} ${where}: neither a trace nor an observation of Langfuse`)
      const items = traces.get(id)
      if (items) items.push(item)
      else traces.set(id, [item])
    }
  for (const [id, items] of traces)
    yield {
      where: `trace ${id}`,
      bodies: () => langfuseChatLogs(items, agent),
    }
}

function readRows(path: string): AsyncIterable<SourceRow> {
  if (path.endsWith('.csv')) return readCsvRows(path)
  return path.endsWith('.json') ? readJsonFile(path) : readJsonLines(path)
}

async function* readJsonFile(path: string): AsyncIterable<SourceRow> {
  const value = parseJson(readFileSync(path))
  if (value === undefined) throw new Fault('FLY_USAGE', `${path}: not JSON, or too large: export JSONL`)
  yield { where: 'file', value }
}

/** Cells that are not text hold JSON; in older exports texts are JSON too. */
async function* readCsvRows(path: string): AsyncIterable<SourceRow> {
  for await (const { where, value } of readCsvRecords(path)) {
    const cells = Object.entries(value).filter(([, cell]) => cell !== '')
    yield { where, value: Object.fromEntries(cells.map(([column, cell]) => [column, parseCell(cell)])) }
  }
}

const parseCell = (cell: string): unknown => (/^[[{"]/.test(cell) ? (parseJson(Buffer.from(cell)) ?? cell) : cell)
