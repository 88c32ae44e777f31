import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../core/error-code.ts'
import { Fault } from '../core/faults.ts'
import { digest } from '../core/identity.ts'
import type { ObjectStore } from './object-store.ts'

/** An object store in a folder: each object is a file `ab/cd/abcd...`. Several processes may share the folder. */
export function openFolderStore(folder: string): ObjectStore {
  const pathOf = (name: string): string => {
    // Digests come from events: a malformed one must not become a path outside the folder.
    if (!/^[0-9a-f]{64}$/.test(name)) throw new Fault('FLY_OBJECT', `${name.slice(0, 80)} is not a digest`)
    return join(folder, name.slice(0, 2), name.slice(2, 4), name)
  }

  return {
    async put(content) {
      const name = digest(content)
      const path = pathOf(name)
      try {
        if ((await sizeOf(path)) !== content.byteLength) await write(folder, path, content)
      } catch (error) {
        throw unreachable('written', name, error)
      }
      return name
    },
    async get(name) {
      const content = await readFile(pathOf(name)).catch(error => {
        throw isMissing(error) ? missing(name) : unreachable('read', name, error)
      })
      if (digest(content) !== name) throw new Fault('FLY_OBJECT', `object ${name} is damaged`, { digest: name })
      return content
    },
    async has(name) {
      try {
        return (await sizeOf(pathOf(name))) !== undefined
      } catch (error) {
        if (error instanceof Fault) return false
        throw unreachable('looked for', name, error)
      }
    },
  }
}

/** Writes a file atomically. The content is synced before the file gets its name, and the name before this resolves. */
async function write(folder: string, path: string, content: Uint8Array): Promise<void> {
  const temporary = join(folder, 'tmp', randomUUID())
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

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const isMissing = (error: unknown): boolean => errorCode(error) === 'ENOENT'

const missing = (name: string): Fault => new Fault('FLY_OBJECT', `object ${name} is missing`, { digest: name })

const unreachable = (action: string, name: string, error: unknown): Fault =>
  new Fault('FLY_STORE', `object ${name} cannot be ${action}: ${String(error)}`, { digest: name }, error)
