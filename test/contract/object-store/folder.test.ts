import { existsSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { objectStoreContract } from './suite.ts'

const content = Buffer.from('content')
const pathIn = (folder: string, digest: string): string => join(folder, digest.slice(0, 2), digest.slice(2, 4), digest)
function makeOld(path: string, hours: number): void {
  const time = new Date(Date.now() - hours * 3_600_000)
  if (existsSync(path)) utimesSync(path, time, time)
}

let opened = ''
objectStoreContract('the folder object store', {
  open: () => {
    opened = join(temporaryFolder(), 'objects')
    return openFolderStore(opened)
  },
  setAge: (digest, hours) => {
    for (const folder of [opened, join(opened, 'trash')]) makeOld(pathIn(folder, digest), hours)
  },
})

test('a damaged object is refused, and mended by putting it again where its size shows it', async () => {
  const folder = temporaryFolder()
  const store = openFolderStore(folder)
  const digest = await store.put(content)
  truncateSync(pathIn(folder, digest), 3)
  await expect(store.get(digest)).rejects.toMatchObject({ code: 'FLY_OBJECT', message: `object ${digest} is damaged` })
  await store.put(content)
  expect(await store.get(digest)).toEqual(content)
  writeFileSync(pathIn(folder, digest), 'CONTENT')
  await expect(store.get(digest)).rejects.toMatchObject({ code: 'FLY_OBJECT' })
})

test('what is being written has no name yet, and leaves nothing behind', async () => {
  const folder = temporaryFolder()
  const store = openFolderStore(folder)
  await Promise.all(Array.from({ length: 20 }, (_, i) => store.put(Buffer.from(`${i}`))))
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

test('what a writer left in the middle is deleted once it is old', async () => {
  const folder = temporaryFolder()
  const store = openFolderStore(folder)
  await store.put(content)
  for (const [name, hours] of [
    ['old', 30],
    ['new', 0],
  ] as const) {
    writeFileSync(join(folder, 'tmp', name), 'half')
    makeOld(join(folder, 'tmp', name), hours)
  }
  await store.deleteUnfinished(Date.now() - 24 * 3_600_000)
  expect(readdirSync(join(folder, 'tmp'))).toEqual(['new'])
})

test('a folder that cannot be used is FLY_STORE, which is tried again', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const store = openFolderStore(join(folder, 'file'))
  await expect(store.put(content)).rejects.toMatchObject({ code: 'FLY_STORE' })
  await expect(store.get('a'.repeat(64))).rejects.toMatchObject({ code: 'FLY_STORE' })
  await expect(store.has('a'.repeat(64))).rejects.toMatchObject({ code: 'FLY_STORE' })
})
