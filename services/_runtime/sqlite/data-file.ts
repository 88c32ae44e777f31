import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorCode } from '../core/error-code.ts'
import { Fault } from '../core/faults.ts'

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

/** The open file. This process is the only one that has it open, until `close`. */
export type DataFile = { readonly db: DatabaseSync; readonly close: () => void }

/**
 * Opens the SQLite file of a data folder; creates folder and file where they do not exist. FLY_HOME when the folder is in use, of
 * another version, or not a data folder. The lock is SQLite's own on the file, so the operating system releases it when the
 * process dies. The file with the process id is only read for the error message.
 */
export function openDataFile(folder: string): DataFile {
  prepareFolder(folder)
  const db = withFolderFaults(folder, () => new DatabaseSync(join(folder, fileName), { timeout: 200 }))
  try {
    // The page size of a new file is fixed by the first transaction. Records are about 1 KB: a page of 8 KB holds four or more.
    withFolderFaults(folder, () =>
      db.exec('PRAGMA page_size = 8192; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT'),
    )
    withFolderFaults(folder, () => prepareTables(db, folder))
  } catch (error) {
    db.close()
    throw error
  }
  const pidFile = join(folder, pidFileName)
  writeFileSync(pidFile, `${process.pid}\n`)
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
    if (error instanceof Fault) throw error
    const code = errorCode(error)
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'is not a folder' : 'cannot be used as a data folder'
    throw new Fault('FLY_HOME', `${folder} ${why}; ${otherFolderHint}`, { folder, code }, error)
  }
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

/** SQLite's result codes (https://sqlite.org/rescode.html) as FLY_HOME. */
function withFolderFaults<T>(folder: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof Fault || !(error instanceof Error) || !('errcode' in error)) throw error
    const code = Number(error.errcode) & 0xff
    if (code === 5)
      throw new Fault(
        'FLY_HOME',
        `${folder} is in use by process ${readPid(folder)}: stop it, or ${otherFolderHint}`,
        { folder },
        error,
      )
    if (code === 11 || code === 26) throw foreignFileFault(folder, error)
    throw new Fault('FLY_HOME', `${folder} cannot be used: ${error.message}`, { folder, code }, error)
  }
}

function readPid(folder: string): string {
  try {
    return readFileSync(join(folder, pidFileName), 'utf8').trim()
  } catch {
    return 'unknown, which is just starting or stopping'
  }
}
