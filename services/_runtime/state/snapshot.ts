import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type ChangelogEntry, toChangelogEntry, toStateChange } from './changelog.ts'
import { State, type StateChange } from './state.ts'

/** The changelog position of a snapshot: the offset after the last record that it contains, and the writer of that record. */
export type SnapshotPosition = { readonly offset: number; readonly writer: string }

/** How many superseded changes a snapshot may contain, in addition to one for each key, before it is rewritten. */
const maxSuperseded = 50_000
/** Changes in one row when the snapshot is rewritten. */
const changesPerRow = 1_000

/**
 * The local copy of one partition's state: its changelog up to a position, one row for each commit. It is written after the
 * commit, so it is never ahead of the changelog. Rows are only appended: that costs a tenth of updating one row for each key.
 * When half of the changes are superseded, the snapshot is rewritten from the state.
 */
export class StateSnapshot {
  /** Its content when it was opened. Undefined when it had no position, or after `discard`. */
  loaded: { readonly state: State; readonly position: SnapshotPosition } | undefined
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #setPosition: StatementSync
  readonly #warn: (what: string, error?: unknown) => void
  /** Number of changes in the file. */
  #changeCount = 0
  #failed = false

  /** Throws when the file is damaged. */
  constructor(db: DatabaseSync, warn: (what: string, error?: unknown) => void) {
    this.#db = db
    this.#warn = warn
    this.#insert = db.prepare('INSERT INTO batches (keys, contents) VALUES (?, ?)')
    this.#setPosition = db.prepare('UPDATE place SET "offset" = ?, writer = ?')
    const { offset, writer } = db.prepare('SELECT "offset", writer FROM place').get() ?? {}
    const state = new State()
    for (const { keys, contents } of db.prepare('SELECT keys, contents FROM batches ORDER BY id').iterate()) {
      const batch = parseBatch(String(keys), contents as Uint8Array)
      state.applyCommitted(batch)
      this.#changeCount += batch.length
    }
    if (typeof offset === 'number' && typeof writer === 'string') this.loaded = { state, position: { offset, writer } }
    else if (this.#changeCount > 0) this.#clear()
  }

  /**
   * Appends committed changelog entries; `state` contains them already. Without a position the old one is kept: a restart then
   * reads these entries again, which gives the same content and order.
   */
  write(entries: readonly ChangelogEntry[], position: SnapshotPosition | undefined, state: State): void {
    this.#transact(() => {
      if (this.#changeCount + entries.length > 2 * state.keyCount + maxSuperseded) this.#rewrite(state)
      else this.#add(entries)
      if (position) this.#setPosition.run(position.offset, position.writer)
    })
  }

  /** Empties the snapshot, because its last record is not in the changelog. */
  discard(): void {
    this.loaded = undefined
    this.#warn('local copy of state is ahead of the changelog or of another one: reading the whole changelog')
    this.#clear()
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  #add(entries: readonly ChangelogEntry[]): void {
    if (entries.length === 0) return
    this.#insert.run(JSON.stringify(entries.map(({ key }) => String(key))), toJsonArray(entries))
    this.#changeCount += entries.length
  }

  #rewrite(state: State): void {
    this.#empty()
    let batch: ChangelogEntry[] = []
    for (const change of state.toChanges()) {
      batch.push(toChangelogEntry(change))
      if (batch.length < changesPerRow) continue
      this.#add(batch)
      batch = []
    }
    this.#add(batch)
  }

  #clear(): void {
    this.#transact(() => {
      this.#empty()
      this.#setPosition.run(null, null)
    })
  }

  #empty(): void {
    this.#db.exec('DELETE FROM batches')
    this.#changeCount = 0
  }

  #transact(change: () => void): void {
    if (this.#failed) return
    try {
      this.#db.exec('BEGIN')
      change()
      this.#db.exec('COMMIT')
    } catch (error) {
      // Later changes must not follow a gap, so nothing more is written. Closing rolls the transaction back.
      this.#failed = true
      this.close()
      this.#warn('local copy of state cannot be written: it stays behind', error)
    }
  }
}

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

/** The changes of a row. The error of the parser is not passed on: it quotes the content, which must not be logged. */
function parseBatch(keys: string, contents: Uint8Array): readonly StateChange[] {
  try {
    const values: readonly unknown[] = JSON.parse(new TextDecoder().decode(contents))
    return JSON.parse(keys).map((key: string, index: number) => toStateChange(key, values[index]))
  } catch {
    throw new Error('it holds what is not JSON')
  }
}
