import { type ChangelogEntry, toStateChange } from './changelog.ts'
import type { StateChange } from './state.ts'

/** Changes in their order, as a row of a snapshot stores them: their keys and their values are a JSON list each. */
export type SnapshotRow = { readonly keys: string; readonly contents: Uint8Array; readonly changes: number }

/** A row holds no more than this (a larger value has a row of its own), so that it is read and written in a few milliseconds. */
const limits = { changes: 1_000, bytes: 256 * 1024 } as const

export function* toSnapshotRows(entries: Iterable<ChangelogEntry>): IterableIterator<SnapshotRow> {
  let row: ChangelogEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    const size = entry.value?.length ?? 0
    if (row.length === limits.changes || (row.length > 0 && bytes + size > limits.bytes)) {
      yield toRow(row)
      row = []
      bytes = 0
    }
    row.push(entry)
    bytes += size
  }
  if (row.length > 0) yield toRow(row)
}

/** The changes of a row. The error of the parser is not passed on: it quotes the content, which must not be logged. */
export function parseSnapshotRow(keys: unknown, contents: unknown): readonly StateChange[] {
  try {
    const values: readonly unknown[] = JSON.parse(new TextDecoder().decode(contents as Uint8Array))
    return JSON.parse(String(keys)).map((key: string, index: number) => toStateChange(key, values[index]))
  } catch {
    throw new Error('it holds what is not JSON')
  }
}

const toRow = (entries: readonly ChangelogEntry[]): SnapshotRow => ({
  keys: JSON.stringify(entries.map(({ key }) => String(key))),
  contents: toJsonArray(entries),
  changes: entries.length,
})

const [open, comma, close] = [0x5b, 0x2c, 0x5d] as const
const jsonNull = Buffer.from('null')

/** The values as one JSON list. Each value is JSON already, so its bytes are copied. */
function toJsonArray(entries: readonly ChangelogEntry[]): Uint8Array {
  const values = entries.map(({ value }) => value ?? jsonNull)
  const list = Buffer.allocUnsafe(values.reduce((sum, value) => sum + value.length + 1, 1))
  let end = 0
  for (const value of values) {
    list[end++] = comma
    list.set(value, end)
    end += value.length
  }
  list[0] = open
  list[end] = close
  return list
}
