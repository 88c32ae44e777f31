import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Change, State } from './state.ts'

/** How far a copy has come: the offset after the last changelog record it holds, and who wrote that record. */
export type Place = { readonly offset: number; readonly writer: string }

/** Superseded changes that a copy may hold besides as many as there are keys. */
const slack = 10_000
/** Changes in one row when all are written anew. */
const together = 1_000

/**
 * The local copy of one partition's state: its changelog up to a place, one row for what was committed at once. It is written
 * after the commit, hence behind the changelog or equal to it, never ahead. Rows are only added, since that costs a tenth
 * of keeping one row for each key; when half of the changes are superseded, all are written anew from the state.
 */
export class StateCopy {
  /** What was in it when it was opened; undefined where the place of that is not known, or it was discarded. */
  held: { readonly state: State; readonly place: Place } | undefined
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #setPlace: StatementSync
  readonly #warn: (what: string, error?: unknown) => void
  /** How many changes it holds. */
  #size = 0
  #failed = false

  /** Throws when the file is damaged. */
  constructor(db: DatabaseSync, warn: (what: string, error?: unknown) => void) {
    this.#db = db
    this.#warn = warn
    this.#insert = db.prepare('INSERT INTO batches (changes) VALUES (?)')
    this.#setPlace = db.prepare('UPDATE place SET "offset" = ?, writer = ?')
    const { offset, writer } = db.prepare('SELECT "offset", writer FROM place').get() ?? {}
    const state = new State()
    for (const { changes } of db.prepare('SELECT changes FROM batches ORDER BY id').iterate()) {
      const batch = batchOf(String(changes))
      state.fold(batch)
      this.#size += batch.length
    }
    if (typeof offset === 'number' && typeof writer === 'string') this.held = { state, place: { offset, writer } }
    else if (this.#size > 0) this.#clear()
  }

  /**
   * Adds changes that were committed and that `state` already has. Where it is not known how far the changelog is with them,
   * the older place stays: what is read again from there ends in the same content and order.
   */
  write(changes: readonly Change[], place: Place | undefined, state: State): void {
    this.#transact(() => {
      if (this.#size + changes.length > 2 * state.keys + slack) this.#renew(state)
      else this.#add(changes)
      if (place) this.#setPlace.run(place.offset, place.writer)
    })
  }

  /** Forgets what was held: the changelog does not have it. */
  discard(): void {
    this.held = undefined
    this.#warn('local copy of state is ahead of the changelog or of another one: reading the whole changelog')
    this.#clear()
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  #add(changes: readonly Change[]): void {
    this.#insert.run(JSON.stringify(changes))
    this.#size += changes.length
  }

  #renew(state: State): void {
    this.#empty()
    let batch: Change[] = []
    for (const change of state.content()) {
      batch.push(change)
      if (batch.length < together) continue
      this.#add(batch)
      batch = []
    }
    this.#add(batch)
  }

  #clear(): void {
    this.#transact(() => {
      this.#empty()
      this.#setPlace.run(null, null)
    })
  }

  #empty(): void {
    this.#db.exec('DELETE FROM batches')
    this.#size = 0
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

/** What a parser says quotes what it read, which does not belong in a log. */
function batchOf(text: string): readonly Change[] {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it holds what is not JSON')
  }
}
