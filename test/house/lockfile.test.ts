import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Lockfile, missingFromLock } from './lockfile.ts'
import { root } from './repository-files.ts'

test('npm ci accepts the lock on every platform', () => {
  const lock: Lockfile = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'))
  expect(missingFromLock(lock)).toEqual([])
})

test('a build for another platform that is not locked is found, wherever it may lie', () => {
  const tool = { optionalDependencies: { 'tool-darwin': '1.0.0' } }
  const found = { version: '1.0.0' }
  expect(missingFromLock({ packages: { 'node_modules/tool': tool } })).toEqual([
    'node_modules/tool wants tool-darwin@1.0.0, which is not locked',
  ])
  for (const place of ['node_modules/tool-darwin', 'node_modules/tool/node_modules/tool-darwin'])
    expect(missingFromLock({ packages: { 'node_modules/tool': tool, [place]: found } })).toEqual([])
  const nested = { 'node_modules/a/node_modules/tool': tool, 'node_modules/a/node_modules/tool-darwin': found }
  expect(missingFromLock({ packages: nested })).toEqual([])
})
