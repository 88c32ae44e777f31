import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { TimeSlice } from '../core/time-slice.ts'
import { type ChangelogEntry, toChangelogEntry } from './changelog.ts'
import { parseSnapshotRow, type SnapshotRow, toSnapshotRows } from './snapshot-row.ts'
import { State } from './state.ts'

/** The changelog position of a snapshot: the offset after the last record that it contains, and the writer of that record. */
export type SnapshotPosition = { readonly offset: number; readonly writer: string }

/** How many superseded changes a snapshot may contain, in addition to one for each key, before it is rewritten. */
const maxSuperseded = 50_000
/** Rows deleted in one transaction. */
const deletedRows = 40

/**
 * The local copy of one partition's state: its changelog up to a position. It is written after the commit, so it is never ahead of
 * the changelog. Rows are only appended: that costs a tenth of updating one row for each key. When half of the changes are
 * superseded, the snapshot is rewritten from the state: new rows are added behind the old ones, and count once all are there.
 * Long work is done in time slices, so that the process stays a member of its group.
 */
export class StateSnapshot {
  /**
   * Its content when it was opened. `time` is the newest time of append of a record, in ms since 1970, that was read when the
   * snapshot was last found at the end of the changelog. Undefined when it had no position, or after `reject`.
   */
  loaded: { readonly state: State; readonly position: SnapshotPosition; readonly time: number } | undefined
  readonly #db: DatabaseSync
  readonly #insertRow: StatementSync
  readonly #updatePlace: StatementSync
  readonly #warn: (what: string, error?: unknown) => void
  /** The ids of the rows that count: others are left from a rewrite. */
  #first = 1
  #last = 0
  #position: SnapshotPosition | undefined
  #time = 0
  /** Number of changes in the rows that count. */
  #changeCount = 0
  /** When it was last at the end of the changelog, in ms of `performance.now()`. */
  #currentAt: number | undefined
  #failed = false

  private constructor(db: DatabaseSync, warn: (what: string, error?: unknown) => void) {
    this.#db = db
    this.#insertRow = db.prepare('INSERT INTO batches VALUES (?, ?, ?)')
    this.#updatePlace = db.prepare('UPDATE place SET "offset" = ?, writer = ?, time = ?, first = ?, last = ?')
    this.#warn = warn
  }

  /** Throws when the file is damaged, or when the signal is aborted. */
  static async open(
    db: DatabaseSync,
    warn: (what: string, error?: unknown) => void,
    signal: AbortSignal,
  ): Promise<StateSnapshot> {
    const snapshot = new StateSnapshot(db, warn)
    await snapshot.#load(signal)
    return snapshot
  }

  /** Time since it was last at the end of the changelog; undefined before it was. It grows while nothing is committed or written. */
  get ageSeconds(): number | undefined {
    return this.#currentAt === undefined ? undefined : (performance.now() - this.#currentAt) / 1000
  }

  /**
   * Appends committed changelog entries; `state` contains them already. `position` is the end of the changelog. Without it the old
   * one is kept: a restart then reads these entries again, which gives the same content and order.
   */
  async write(entries: readonly ChangelogEntry[], position: SnapshotPosition | undefined, state: State): Promise<void> {
    await this.#attempt(async () => {
      if (this.#changeCount + entries.length > 2 * state.keyCount + maxSuperseded) await this.#rewrite(position, state)
      else
        this.#transact(() => {
          for (const row of toSnapshotRows(entries)) this.#insert(row)
          this.#setPlace(position ?? this.#position)
        })
      if (position) this.#currentAt = performance.now()
    })
  }

  /** The snapshot contains all changes before `position`; see `loaded` for `time`. */
  async markCurrent(position: SnapshotPosition, time: number): Promise<void> {
    await this.#attempt(async () => {
      this.#time = time
      this.#setPlace(position)
      this.#currentAt = performance.now()
    })
  }

  /** Its content must not be used. `why` says what is wrong with it. */
  reject(why: string): void {
    this.loaded = undefined
    this.#warn(`local copy of state ${why}: reading the whole changelog`)
  }

  /** Empties the snapshot, before the whole changelog is written to it. */
  async clear(): Promise<void> {
    await this.#attempt(() => this.#clear())
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { offset, writer, time, first, last } = this.#db.prepare('SELECT * FROM place').get() ?? {}
    this.#first = Number(first)
    this.#last = Number(last)
    this.#time = Number(time)
    if (typeof offset === 'number' && typeof writer === 'string') this.#position = { offset, writer }
    else return this.#clear()
    await this.#deleteOtherRows()
    const state = new State()
    const slice = new TimeSlice()
    for (const { keys, contents } of this.#db.prepare('SELECT keys, contents FROM batches ORDER BY id').iterate()) {
      const changes = parseSnapshotRow(keys, contents)
      state.applyCommitted(changes)
      this.#changeCount += changes.length
      if (slice.isUsed) await slice.next()
      signal.throwIfAborted()
    }
    this.loaded = { state, position: this.#position, time: this.#time }
  }

  async #rewrite(position: SnapshotPosition | undefined, state: State): Promise<void> {
    const [oldLast, oldCount] = [this.#last, this.#changeCount]
    const slice = new TimeSlice()
    for (const row of toSnapshotRows(state.toChanges().map(toChangelogEntry))) {
      this.#insert(row)
      if (slice.isUsed) await slice.next()
    }
    this.#first = oldLast + 1
    this.#changeCount -= oldCount
    this.#setPlace(position ?? this.#position)
    await this.#deleteOtherRows()
  }

  async #clear(): Promise<void> {
    this.#first = this.#last + 1
    this.#changeCount = 0
    this.#time = 0
    this.#setPlace(undefined)
    await this.#deleteOtherRows()
  }

  #insert({ keys, contents, changes }: SnapshotRow): void {
    this.#insertRow.run(++this.#last, keys, contents)
    this.#changeCount += changes
  }

  /** Makes the rows from first to last those that count. */
  #setPlace(position: SnapshotPosition | undefined): void {
    this.#position = position
    const { offset = null, writer = null } = position ?? {}
    this.#updatePlace.run(offset, writer, this.#time, this.#first, this.#last)
  }

  async #deleteOtherRows(): Promise<void> {
    const slice = new TimeSlice()
    const prepare = (condition: string): StatementSync =>
      this.#db.prepare(
        `DELETE FROM batches WHERE id IN (SELECT id FROM batches WHERE id ${condition} LIMIT ${deletedRows})`,
      )
    const [deleteBefore, deleteAfter] = [prepare('< ?'), prepare('> ?')]
    while (Number(deleteBefore.run(this.#first).changes) > 0 || Number(deleteAfter.run(this.#last).changes) > 0)
      if (slice.isUsed) await slice.next()
  }

  #transact(change: () => void): void {
    this.#db.exec('BEGIN')
    change()
    this.#db.exec('COMMIT')
  }

  async #attempt(change: () => Promise<void>): Promise<void> {
    if (this.#failed) return
    try {
      await change()
    } catch (error) {
      // Later changes must not follow a gap, so nothing more is written. Closing rolls the transaction back.
      this.#failed = true
      this.close()
      this.#warn('local copy of state cannot be written: it stays behind', error)
    }
  }
}
