import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { Fault } from '#runtime/core/faults.ts'
import { formatVersion, openDataFile } from '#runtime/sqlite/data-file.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { consume, readAll, record, texts } from './support.ts'

const elsewhere = 'choose another folder with FLYWHEEL_HOME'
const fileOf = (folder: string): string => join(folder, 'flywheel.sqlite')

/** The fault of opening a folder. */
function refusal(folder: string): { code: string; message: string } {
  try {
    openEmbeddedLog(folder)
  } catch (error) {
    const { code, message } = error as Fault
    return { code, message }
  }
  throw new Error(`${folder} was opened`)
}

async function holdInChild(folder: string) {
  const program = new URL('../../support/processes/hold-folder.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

test('a missing folder is created, and can be opened again', async () => {
  const folder = join(temporaryFolder(), 'deep', 'er')
  for (let round = 0; round < 2; round++) await openEmbeddedLog(folder).close()
  expect(existsSync(fileOf(folder))).toBe(true)
})

test('a new file has pages of 8 KB', async () => {
  const folder = temporaryFolder()
  await openEmbeddedLog(folder).close()
  const db = new DatabaseSync(fileOf(folder))
  onTestFinished(() => db.close())
  expect(db.prepare('PRAGMA page_size').get()).toEqual({ page_size: 8_192 })
})

test('a folder that was written before the time of retention was kept is opened', async () => {
  const folder = temporaryFolder()
  await openEmbeddedLog(folder).close()
  const db = new DatabaseSync(fileOf(folder))
  db.exec('DROP TABLE retention_time')
  db.close()
  const log = openEmbeddedLog(folder)
  onTestFinished(() => log.close())
  await log.maintain()
})

test('a second process is refused with the pid of the first, and may open the folder after that was killed', async () => {
  const folder = temporaryFolder()
  const child = await holdInChild(folder)
  const message = `${folder} is in use by process ${child.pid}: stop it, or ${elsewhere}`
  expect(refusal(folder)).toEqual({ code: 'FLY_HOME', message })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const log = openEmbeddedLog(folder)
  onTestFinished(() => log.close())
  expect(texts(await readAll(log, ['held']))).toEqual(['durable'])
  await log.append([record('held', 'k', 'more')])
  expect(texts(await consume(log, 'holder', ['held'], 2))).toEqual(['durable', 'more'])
})

test('a process cannot open a folder twice before it has closed it', async () => {
  const folder = temporaryFolder()
  const log = openEmbeddedLog(folder)
  expect(refusal(folder).message).toContain(`is in use by process ${process.pid}: stop it`)
  await log.close()
  await openEmbeddedLog(folder).close()
})

test('a folder of another format is refused with both versions, and not changed', async () => {
  const folder = temporaryFolder()
  await openEmbeddedLog(folder).close()
  const db = new DatabaseSync(fileOf(folder))
  db.exec(`PRAGMA user_version = ${formatVersion + 1}`)
  db.close()
  const before = readFileSync(fileOf(folder))
  const message = `${folder} was written in format ${formatVersion + 1}, this program reads format ${formatVersion}`
  expect(refusal(folder)).toEqual({ code: 'FLY_HOME', message: `${message}: run that version, or ${elsewhere}` })
  expect(readFileSync(fileOf(folder)).equals(before)).toBe(true)
})

test('the files of another program are not a data folder', async () => {
  const [database, text, documents] = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
  const db = new DatabaseSync(fileOf(database))
  db.exec('CREATE TABLE theirs (a)')
  db.close()
  writeFileSync(fileOf(text), 'not a database at all, but long enough to have a header of its own\n'.repeat(20))
  writeFileSync(join(documents, 'package.json'), '{}')
  for (const folder of [database, text, documents]) {
    const { code, message } = refusal(folder)
    expect(code).toBe('FLY_HOME')
    expect(message).toMatch(RegExp(`^${folder} is not a data folder: .*; ${elsewhere}$`))
  }
  expect(existsSync(fileOf(documents))).toBe(false)
  expect(readFileSync(fileOf(text), 'utf8')).toContain('not a database')
})

test('other folders and hidden files beside the file are ignored', async () => {
  const folder = temporaryFolder()
  for (const name of ['objects', 'vectors', 'lost+found']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, '.DS_Store'), '')
  await openEmbeddedLog(folder).close()
})

test('a path that is not a folder, or below a file, is refused', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(refusal(file)).toEqual({ code: 'FLY_HOME', message: `${file} is not a folder; ${elsewhere}` })
  const below = join(file, 'below')
  expect(refusal(below)).toEqual({ code: 'FLY_HOME', message: `${below} is not a folder; ${elsewhere}` })
})

test('an empty file of an interrupted first start is initialised', async () => {
  const folder = temporaryFolder()
  writeFileSync(fileOf(folder), '')
  const log = openEmbeddedLog(folder)
  expect(await log.topics()).toEqual([])
  await log.close()
})

test('who only reads is refused a folder without data, and creates nothing', () => {
  const [empty, missing] = [temporaryFolder(), join(temporaryFolder(), 'mistyped')]
  for (const folder of [empty, missing])
    expect(() => openDataFile(folder, 'refuse')).toThrow(
      expect.objectContaining({
        code: 'FLY_HOME',
        message: expect.stringContaining(
          `${folder} holds no data: it has no flywheel.sqlite; correct --home or FLYWHEEL_HOME`,
        ),
      }),
    )
  expect([existsSync(missing), readdirSync(empty)]).toEqual([false, []])
})

test('a folder in which the process cannot leave its id is refused, and is not left open', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'flywheel.pid'))
  const message = `${folder} cannot be used as a data folder: EISDIR`
  expect(refusal(folder)).toEqual({ code: 'FLY_HOME', message: expect.stringContaining(message) })
  rmSync(join(folder, 'flywheel.pid'), { recursive: true })
  await openEmbeddedLog(folder).close()
})
