import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorCode } from '../core/error-code.ts'
import { errorMessage, Fault } from '../core/faults.ts'

/** To be raised with every change of the tables below. */
export const formatVersion = 1
/** 'FLYW', in the header of the file: distinguishes it from other SQLite databases. */
const applicationId = 0x464c5957
const fileName = 'flywheel.sqlite'
const pidFileName = 'flywheel.pid'

/**
 * The tables of the embedded log and of the embedded registry. A record's id holds its partition and its offset
 * (log/embedded/records.ts), so that one integer key orders the records by partition and offset. Counts, starts and ends of
 * partitions are stored, since counting rows takes longer as the log grows.
 */
const tables = `
  CREATE TABLE topics (name TEXT PRIMARY KEY, keep TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, number INTEGER NOT NULL, start INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL DEFAULT 0, live INTEGER NOT NULL DEFAULT 0, cleaned INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, number)) STRICT;
  CREATE TABLE records (
    id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, key BLOB, headers TEXT, value BLOB) STRICT;
  CREATE TABLE positions (
    consumers TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (consumers, partition)) STRICT, WITHOUT ROWID;
  CREATE TABLE schemas (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE versions (
    subject TEXT NOT NULL, version INTEGER NOT NULL, schema INTEGER NOT NULL REFERENCES schemas,
    PRIMARY KEY (subject, version)) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};`

/** Tables that files of this format may lack. */
const addedTables = 'CREATE TABLE IF NOT EXISTS retention_time (time INTEGER NOT NULL) STRICT'

const otherFolderHint = 'choose another folder with FLYWHEEL_HOME'
const writableHint = `make it writable for the user of this process, or ${otherFolderHint}`

/** The open file. This process is the only one that has it open, until `close`. */
export type DataFile = { readonly db: DatabaseSync; readonly close: () => void }

/** Whether a folder without data becomes a data folder: for who writes, not for who reads what a mistyped path does not have. */
export type IfMissing = 'create' | 'refuse'

/**
 * Opens the SQLite file of a data folder. FLY_HOME when the folder has none and `ifMissing` refuses that, cannot be written, is of
 * another version, not a data folder, or in use; then `details.inUseBy` is the id of the process, where it is known. The lock is
 * SQLite's own on the file, so the operating system releases it when the process dies. The file with the process id tells who has it.
 */
export function openDataFile(folder: string, ifMissing: IfMissing = 'create'): DataFile {
  if (ifMissing === 'create') prepareFolder(folder)
  else requireFile(folder)
  const db = withFolderFaults(folder, () => new DatabaseSync(join(folder, fileName), { timeout: 200 }))
  const pidFile = join(folder, pidFileName)
  try {
    // The page size of a new file is fixed by the first transaction. Records are about 1 KB: a page of 8 KB holds four or more.
    withFolderFaults(folder, () =>
      db.exec('PRAGMA page_size = 8192; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT'),
    )
    withFolderFaults(folder, () => prepareTables(db, folder))
    withFolderFaults(folder, () => writeFileSync(pidFile, `${process.pid}\n`))
  } catch (error) {
    db.close()
    throw error
  }
  return {
    db,
    close: () => {
      rmSync(pidFile, { force: true })
      db.close()
    },
  }
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    const entries = readdirSync(folder, { withFileTypes: true })
    // Other folders (objects, vectors, lost+found) and hidden files are allowed; any other file suggests a wrong path.
    const foreign = entries.find(entry => entry.isFile() && !entry.name.startsWith('.'))
    if (!foreign || entries.some(({ name }) => name === fileName)) return
    throw new Fault(
      'FLY_HOME',
      `${folder} is not a data folder: it holds ${foreign.name} but no ${fileName}; ${otherFolderHint}`,
      { folder },
    )
  } catch (error) {
    throw error instanceof Fault ? error : unusableFolderFault(folder, error)
  }
}

function requireFile(folder: string): void {
  try {
    statSync(join(folder, fileName))
  } catch (error) {
    const code = errorCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unusableFolderFault(folder, error)
    const hint = 'correct --home or FLYWHEEL_HOME, or start the services there first with flywheel up'
    throw new Fault('FLY_HOME', `${folder} holds no data: it has no ${fileName}; ${hint}`, { folder, code }, error)
  }
}

/** FLY_HOME for an error of the file system or of SQLite. */
export function unusableFolderFault(folder: string, cause: unknown): Fault {
  const code = errorCode(cause)
  const what =
    code === 'EEXIST' || code === 'ENOTDIR'
      ? `is not a folder; ${otherFolderHint}`
      : `cannot be used as a data folder: ${errorMessage(cause)}; ${writableHint}`
  return new Fault('FLY_HOME', `${folder} ${what}`, { folder, code }, cause)
}

function prepareTables(db: DatabaseSync, folder: string): void {
  const application = pragma(db, 'application_id')
  const version = pragma(db, 'user_version')
  if (application === applicationId && version !== formatVersion)
    throw new Fault(
      'FLY_HOME',
      `${folder} was written in format ${version}, this program reads format ${formatVersion}: run that version, or ${otherFolderHint}`,
      { folder },
    )
  const isNew = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (application !== applicationId && !(isNew && application === 0 && version === 0)) throw foreignFileFault(folder)
  // FULL syncs the write-ahead log at every commit: a committed transaction survives a power failure.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000')
  if (isNew) db.exec(`BEGIN; ${tables}; COMMIT`)
  db.exec(addedTables)
}

const pragma = (db: DatabaseSync, name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]

const foreignFileFault = (folder: string, cause?: unknown): Fault =>
  new Fault(
    'FLY_HOME',
    `${folder} is not a data folder: its ${fileName} was not written by this program; ${otherFolderHint}`,
    { folder },
    cause,
  )

/** Errors of the file system, and SQLite's result codes (https://sqlite.org/rescode.html), as FLY_HOME. */
function withFolderFaults<T>(folder: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof Fault || errorCode(error) === undefined) throw error
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
    if (code === 5) throw inUseFault(folder, error)
    if (code === 11 || code === 26) throw foreignFileFault(folder, error)
    throw unusableFolderFault(folder, error)
  }
}

function inUseFault(folder: string, cause: unknown): Fault {
  const pid = readPid(folder)
  const who = pid ?? 'unknown, which is just starting or stopping'
  return new Fault(
    'FLY_HOME',
    `${folder} is in use by process ${who}: stop it, or ${otherFolderHint}`,
    { folder, inUseBy: pid },
    cause,
  )
}

/** The process that has the folder open; undefined where that is not known. */
function readPid(folder: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(folder, pidFileName), 'utf8'), 10) || undefined
  } catch {
    return undefined
  }
}
