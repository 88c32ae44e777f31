import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type ChangelogEntry, toChangelogEntry, toStateChange } from './changelog.ts'
import { State, type StateChange } from './state.ts'

/** How far a copy has come: the offset after the last changelog record it holds, and who wrote that record. */
export type SnapshotPosition = { readonly offset: number; readonly writer: string }

/** Superseded changes that a copy may hold besides as many as there are keys. */
const maxSuperseded = 50_000
/** Changes in one row when all are written anew. */
const changesPerRow = 1_000

/**
 * The local copy of one partition's state: its changelog up to a place, one row for what was committed at once. It is written
 * after the commit, hence behind the changelog or equal to it, never ahead. Rows are only added, since that costs a tenth
 * of keeping one row for each key; when half of the changes are superseded, all are written anew from the state.
 */
export class StateSnapshot {
  /** What was in it when it was opened; undefined where the place of that is not known, or it was discarded. */
  loaded: { readonly state: State; readonly position: SnapshotPosition } | undefined
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #setPosition: StatementSync
  readonly #warn: (what: string, error?: unknown) => void
  /** How many changes it holds. */
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
   * Adds what was committed, as the changelog has it; `state` already has it. Where it is not known how far the changelog is
   * with that, the older place stays: what is read again from there ends in the same content and order.
   */
  write(entries: readonly ChangelogEntry[], position: SnapshotPosition | undefined, state: State): void {
    this.#transact(() => {
      if (this.#changeCount + entries.length > 2 * state.keyCount + maxSuperseded) this.#rewrite(state)
      else this.#add(entries)
      if (position) this.#setPosition.run(position.offset, position.writer)
    })
  }

  /** Forgets what was held: the changelog does not have it. */
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
      // Without these changes no later ones may be added; closing takes back what is not committed.
      this.#failed = true
      this.close()
      this.#warn('local copy of state cannot be written: it stays behind', error)
    }
  }
}

const [open = 0, comma = 0, close = 0] = Buffer.from('[,]')
const jsonNull = Buffer.from('null')

/** The values as one JSON list. Each is JSON already: nothing is written twice. */
function toJsonArray(entries: readonly ChangelogEntry[]): Uint8Array {
  const values = entries.map(({ value }) => value ?? jsonNull)
  const list = Buffer.allocUnsafe(values.reduce((sum, value) => sum + value.length + 1, 1))
  let at = 0
  for (const value of values) {
    list[at++] = comma
    list.set(value, at)
    at += value.length
  }
  list[0] = open
  list[at] = close
  return list
}

/** What a parser says quotes what it read, which does not belong in a log. */
function parseBatch(keys: string, contents: Uint8Array): readonly StateChange[] {
  try {
    const values: readonly unknown[] = JSON.parse(new TextDecoder().decode(contents))
    return JSON.parse(keys).map((key: string, at: number) => toStateChange(key, values[at]))
  } catch {
    throw new Error('it holds what is not JSON')
  }
}
