import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { changelogFormat } from './changelog.ts'
import { StateSnapshot } from './snapshot.ts'
import { firstShape, type StateShape } from './state-shape.ts'

/** Opens the snapshot of one partition. Undefined when it cannot be used: then the whole changelog is read. */
export type OpenSnapshot = (
  service: string,
  partition: number,
  signal: AbortSignal,
  shape?: StateShape,
) => Promise<StateSnapshot | undefined>

/** 'FLYS', in the header of the SQLite file. */
const applicationId = 0x464c5953
/** Increase it with every change of the tables below. */
const formatVersion = 4

const tablesSql = `
  CREATE TABLE batches (id INTEGER PRIMARY KEY, keys TEXT NOT NULL, contents BLOB NOT NULL) STRICT;
  CREATE TABLE place (
    format TEXT NOT NULL, shape INTEGER, "offset" INTEGER, writer TEXT, time INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL
  ) STRICT;
  INSERT INTO place VALUES ('${changelogFormat}', NULL, NULL, NULL, 0, 1, 0);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};`

const lockWait = { tries: 20, milliseconds: 100 }

/**
 * Each snapshot is one SQLite file, `FOLDER/SERVICE/PARTITION.sqlite`, locked by one process at a time. Files may be lost at
 * any time. A file that is damaged or of another version is replaced. A file that is locked or cannot be written is not used.
 */
export function createSnapshotOpener(folder: string, logger: Pick<Logger, 'warn'>): OpenSnapshot {
  return async (service, partition, signal, shape = firstShape) => {
    const file = join(folder, service, `${partition}.sqlite`)
    const warn = (what: string, error?: unknown): void =>
      logger.warn({ service, partition, file, ...(error !== undefined && { error: String(error) }) }, what)
    const open = (): Promise<StateSnapshot> =>
      retryWhileLocked(signal, () => openSnapshotFile(file, shape, warn, signal))
    try {
      return await open().catch(error => {
        if (isLocked(error) || signal.aborted) throw error
        warn('local copy of state is damaged or of another version: reading the whole changelog', error)
        for (const suffix of ['', '-wal']) rmSync(file + suffix, { recursive: true, force: true })
        return open()
      })
    } catch (error) {
      if (!signal.aborted) warn('local copy of state cannot be used: reading the whole changelog', error)
      return undefined
    }
  }
}

/** The previous owner of the partition may need a moment to close its snapshot. */
async function retryWhileLocked(signal: AbortSignal, open: () => Promise<StateSnapshot>): Promise<StateSnapshot> {
  for (let tries = 1; ; tries++)
    try {
      return await open()
    } catch (error) {
      if (!isLocked(error) || tries === lockWait.tries || signal.aborted) throw error
      await sleep(lockWait.milliseconds, undefined, { signal }).catch(() => {})
    }
}

/** Opens the file with an exclusive lock, which lasts until the file is closed or the process ends. */
async function openSnapshotFile(
  file: string,
  shape: StateShape,
  warn: (what: string, error?: unknown) => void,
  signal: AbortSignal,
): Promise<StateSnapshot> {
  mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file)
  try {
    // A row has all changes of a batch, hundreds of kilobytes: with large pages fewer of them are written.
    db.exec('PRAGMA page_size = 32768; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
    // After a crash of the machine the last commits may be missing, nothing else: the snapshot is then further behind.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 500')
    prepareTables(db, shape)
    return await StateSnapshot.open(db, warn, signal)
  } catch (error) {
    db.close()
    throw error
  }
}

function prepareTables(db: DatabaseSync, { version }: StateShape): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (isEmpty) db.exec(`BEGIN; ${tablesSql}; UPDATE place SET shape = ${version}; COMMIT`)
  const isKnownFormat = pragma('application_id') === applicationId && pragma('user_version') === formatVersion
  const place = isKnownFormat ? db.prepare('SELECT format, shape FROM place').get() : undefined
  if (place?.['format'] !== changelogFormat || place['shape'] !== version)
    throw new Error('it was written by another version')
}

/** SQLITE_BUSY (https://sqlite.org/rescode.html). */
const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
