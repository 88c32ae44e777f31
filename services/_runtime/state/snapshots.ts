import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { changelogFormat } from './changelog.ts'
import { StateSnapshot } from './snapshot.ts'

/** Opens the local copies of state; undefined where there can be none now, and everything is read from the changelog. */
export type OpenSnapshot = (
  service: string,
  partition: number,
  signal: AbortSignal,
) => Promise<StateSnapshot | undefined>

/** 'FLYS', in the header of the file. */
const applicationId = 0x464c5953
/** Raised by every change of the tables below. */
const formatVersion = 2

const tablesSql = `
  CREATE TABLE batches (id INTEGER PRIMARY KEY, keys TEXT NOT NULL, contents BLOB NOT NULL) STRICT;
  CREATE TABLE place (format TEXT NOT NULL, "offset" INTEGER, writer TEXT) STRICT;
  INSERT INTO place VALUES ('${changelogFormat}', NULL, NULL);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};`

const lockWait = { tries: 20, milliseconds: 100 }

/**
 * Copies in one SQLite file each, `FOLDER/SERVICE/PARTITION.sqlite`, held by one process at a time. They may be lost at any
 * time: one that is damaged or of another version is discarded, one that is in use or cannot be written is gone without.
 */
export function createSnapshotOpener(folder: string, logger: Pick<Logger, 'warn'>): OpenSnapshot {
  return async (service, partition, signal) => {
    const file = join(folder, service, `${partition}.sqlite`)
    const warn = (what: string, error?: unknown): void =>
      logger.warn({ service, partition, file, ...(error !== undefined && { error: String(error) }) }, what)
    const open = (): Promise<StateSnapshot> => retryWhileLocked(signal, () => openSnapshotFile(file, warn))
    try {
      return await open().catch(error => {
        if (isLocked(error)) throw error
        warn('local copy of state is damaged or of another version: reading the whole changelog', error)
        for (const suffix of ['', '-wal']) rmSync(file + suffix, { recursive: true, force: true })
        return open()
      })
    } catch (error) {
      warn('local copy of state cannot be used: reading the whole changelog', error)
      return undefined
    }
  }
}

/** The process that had the partition before may take a moment to let go of its copy. */
async function retryWhileLocked(signal: AbortSignal, open: () => StateSnapshot): Promise<StateSnapshot> {
  for (let tries = 1; ; tries++)
    try {
      return open()
    } catch (error) {
      if (!isLocked(error) || tries === lockWait.tries || signal.aborted) throw error
      await sleep(lockWait.milliseconds, undefined, { signal }).catch(() => {})
    }
}

/** Takes the file for this process alone, until it is closed or the process ends, however it ends. */
function openSnapshotFile(file: string, warn: (what: string, error?: unknown) => void): StateSnapshot {
  mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file)
  try {
    // A row is all that a batch changed, hundreds of kilobytes: larger pages are fewer to write.
    db.exec('PRAGMA page_size = 32768; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
    // After a crash of the machine the last commits may be missing, and nothing else: the copy is only further behind.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 500')
    prepareTables(db)
    return new StateSnapshot(db, warn)
  } catch (error) {
    db.close()
    throw error
  }
}

function prepareTables(db: DatabaseSync): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  const fresh = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (fresh) db.exec(`BEGIN; ${tablesSql}; COMMIT`)
  const known = pragma('application_id') === applicationId && pragma('user_version') === formatVersion
  if (!known || db.prepare('SELECT format FROM place').get()?.['format'] !== changelogFormat)
    throw new Error('it was written by another version')
}

/** SQLITE_BUSY (https://sqlite.org/rescode.html). */
const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
