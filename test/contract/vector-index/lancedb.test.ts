import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '@lancedb/lancedb'
import { expect, onTestFinished, test } from 'vitest'
import { openLanceIndex } from '#planners/examples/lancedb.ts'
import type { VectorIndex } from '#planners/examples/vector-index.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { atAngle, rowsOf, vectorIndexContract } from './suite.ts'

vectorIndexContract('LanceDB in a folder', () => openLanceIndex(temporaryFolder()))

function openIn(folder: string, options?: Parameters<typeof openLanceIndex>[1]): VectorIndex {
  const index = openLanceIndex(folder, options)
  onTestFinished(() => index.close())
  return index
}

const first = ['row-0', 'row-1']

test('an index outlives the process, and any process builds it', async () => {
  const folder = temporaryFolder()
  const [one, two] = [openIn(folder), openIn(folder)]
  await Promise.all([one, two].map(index => index.build('shared', rowsOf(50))))
  expect(await openIn(folder).search('shared', atAngle(0), 2)).toEqual(first)
})

test('what a crash left before the commit is no index, and is built over', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'half.lance', 'data'), { recursive: true })
  writeFileSync(join(folder, 'half.lance', 'data', 'part.lance'), 'cut off')
  const index = openIn(folder)
  await expect(index.search('half', atAngle(0), 2)).rejects.toMatchObject({ code: 'FLY_OBJECT' })
  await index.build('half', rowsOf(50))
  expect(await index.search('half', atAngle(0), 2)).toEqual(first)
})

test('a process that is killed while it builds leaves all of the index or none', async () => {
  const folder = temporaryFolder()
  const program = new URL('../../support/processes/build-index.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, folder, 'killed', '3000'], { stdio: 'ignore' })
  await waitUntil('the table is begun', () => existsSync(join(folder, 'killed.lance')))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const index = openIn(folder)
  const found = await index.search('killed', atAngle(1), 1).catch(error => error.code)
  expect([['row-2999'], 'FLY_OBJECT']).toContainEqual(found)
  await index.build('killed', rowsOf(3000))
  expect(await index.search('killed', atAngle(1), 1)).toEqual(['row-2999'])
})

test('many rows are clustered, also where a crash came before that', async () => {
  const folder = temporaryFolder()
  const rows = rowsOf(600, i => `${i % 7}`)
  await openIn(folder).build('many', rows)
  const index = openIn(folder, { clusterFrom: 500 })
  await index.build('many', rows)
  await index.build('many', rows)
  const db = await connect(folder)
  expect(await (await db.openTable('many')).listIndices()).toHaveLength(1)
  db.close()
  expect(await index.search('many', atAngle(0), 2)).toEqual(first)
  expect(await index.search('many', atAngle(0), 2, '0')).toEqual(['row-1', 'row-2'])
})

test('a place that cannot be used is FLY_STORE, which is tried again', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await expect(openIn(join(file, 'below')).build('x', rowsOf(1))).rejects.toMatchObject({ code: 'FLY_STORE' })
})
