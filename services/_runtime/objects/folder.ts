import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../core/error-code.ts'
import { Fault } from '../core/faults.ts'
import { digest } from '../core/identity.ts'
import { isDigest, requireDigest } from './object-name.ts'
import type { StoredObject, SweepableStore } from './object-store.ts'
import { createReads, createWithStoreFault } from './reads.ts'

const withFault = createWithStoreFault(error => error)

/** An object store in a folder: each object is a file `ab/cd/abcd...`. Several processes may share the folder. */
export function openFolderStore(folder: string): SweepableStore {
  const trash = join(folder, 'trash')
  const unfinished = join(folder, 'tmp')
  const pathIn = (parent: string, name: string): string => {
    requireDigest(name)
    return join(parent, name.slice(0, 2), name.slice(2, 4), name)
  }
  const pathOf = (name: string): string => pathIn(folder, name)
  const trashPathOf = (name: string): string => pathIn(trash, name)
  /** The time of a file is when its object was last put, or came into the trash. */
  const move = async (from: string, to: string): Promise<void> => {
    await mkdir(dirname(to), { recursive: true })
    if (await touch(from)) await ifThere(() => rename(from, to))
  }

  return {
    async put(content) {
      const name = digest(content)
      const path = pathOf(name)
      await withFault('written', name, async () => {
        const isThere = (await statOf(path))?.size === content.byteLength && (await touch(path))
        if (!isThere) await write(folder, join(unfinished, randomUUID()), path, content)
      })
      return name
    },
    ...createReads(
      {
        ...{ placeOf: pathOf, trashPlaceOf: trashPathOf },
        read: path => ifThere(() => readFile(path)),
        isThere: async path => (await statOf(path)) !== undefined,
      },
      withFault,
    ),
    async *list() {
      yield* storedIn(folder, false)
      yield* storedIn(trash, true)
    },
    moveToTrash: name => withFault('moved to the trash', name, () => move(pathOf(name), trashPathOf(name))),
    restoreFromTrash: name => withFault('restored from the trash', name, () => move(trashPathOf(name), pathOf(name))),
    deleteFromTrash: (name, before) => withFault('deleted', name, () => deleteOld(trashPathOf(name), before)),
    async deleteUnfinished(before) {
      for (const name of await namesIn(unfinished)) await deleteOld(join(unfinished, name), before)
    },
  }
}

/** The objects of the folders `ab/cd` in a folder. */
async function* storedIn(parent: string, inTrash: boolean): AsyncGenerator<StoredObject> {
  const isByte = (name: string): boolean => /^[0-9a-f]{2}$/.test(name)
  for (const first of (await namesIn(parent)).filter(isByte))
    for (const second of (await namesIn(join(parent, first))).filter(isByte))
      for (const name of (await namesIn(join(parent, first, second))).filter(isDigest)) {
        const found = await statOf(join(parent, first, second, name))
        if (found) yield { digest: name, bytes: found.size, since: found.mtimeMs, inTrash }
      }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw new Fault('FLY_STORE', `the folder ${folder} cannot be read: ${String(error)}`, {}, error)
  }
}

async function deleteOld(path: string, before: number): Promise<void> {
  const found = await statOf(path)
  if (found && found.mtimeMs < before) await rm(path, { force: true })
}

/** Writes a file atomically. The content is synced before the file gets its name, and the name before this resolves. */
async function write(folder: string, temporary: string, path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(temporary), { recursive: true })
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    const createdFolder = await mkdir(dirname(path), { recursive: true })
    await rename(temporary, path)
    await syncFolder(dirname(path))
    if (createdFolder !== undefined) await Promise.all([syncFolder(dirname(dirname(path))), syncFolder(folder)])
  } finally {
    await rm(temporary, { force: true })
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a file as young as one that is written now. False where there is none (any more). */
async function touch(path: string): Promise<boolean> {
  const now = new Date()
  return (await ifThere(() => utimes(path, now, now).then(() => true))) ?? false
}

const statOf = (path: string) => ifThere(() => stat(path))

/** Undefined where the file is missing. */
async function ifThere<T>(use: () => Promise<T>): Promise<T | undefined> {
  try {
    return await use()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const isMissing = (error: unknown): boolean => errorCode(error) === 'ENOENT'
