import type { DatabaseSync } from 'node:sqlite'
import { Fault } from '../core/faults.ts'

/** Runs `change` in one transaction: all of it is durable, or nothing. FLY_BROKER when SQLite cannot write, as on a full disk. */
export function inTransaction<T>(db: DatabaseSync, change: () => T): T {
  try {
    db.exec('BEGIN')
    const result = change()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error)) throw error
    throw new Fault('FLY_BROKER', `the data folder cannot be written: ${error.message}`, {}, error)
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK')
  }
}
