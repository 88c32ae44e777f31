import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import { inTransaction } from '../../sqlite/transaction.ts'

/** How far one step goes at most. Maintenance takes a step each minute, so a clock that is a month ahead has to be so for 12 hours. */
const maxStepMs = 3_600_000

/**
 * The time by which records expire, in ms since 1970. It is kept in the data folder and follows the clock in bounded steps: a clock
 * that jumps forward, as on a machine that starts without its time, must not delete the whole log before it is corrected.
 * After a pause of the process it follows later.
 */
export class RetentionTime {
  readonly #db: DatabaseSync
  readonly #clock: Clock

  constructor(db: DatabaseSync, clock: Clock) {
    this.#db = db
    this.#clock = clock
    db.prepare('INSERT INTO retention_time SELECT ? WHERE NOT EXISTS (SELECT 1 FROM retention_time)').run(clock.now())
  }

  /** Moves it towards the clock, and returns it. */
  advance(): number {
    const before = Number(this.#db.prepare('SELECT time FROM retention_time').get()?.time)
    const time = Math.min(this.#clock.now(), before + maxStepMs)
    inTransaction(this.#db, () => this.#db.prepare('UPDATE retention_time SET time = ?').run(time))
    return time
  }
}
