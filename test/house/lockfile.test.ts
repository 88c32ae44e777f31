import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Lockfile, missingFromLock, undecidedScripts, withoutIntegrity } from './lockfile.ts'
import { root } from './repository-files.ts'

const lock: Lockfile = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'))

test('npm ci accepts the lock on every platform', () => {
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

/** Builds for other platforms that lancedb names and the registry does not serve (404): nothing to take a hash from. */
const notServed = ['darwin-arm64', 'linux-arm64-gnu', 'linux-arm64-musl', 'win32-arm64-msvc', 'win32-x64-msvc']

test('every locked package has a hash, but for the builds that the registry does not serve', () => {
  const lancedb = lock.packages['node_modules/@lancedb/lancedb']?.version
  expect(withoutIntegrity(lock)).toEqual(notServed.map(build => `@lancedb/lancedb-${build}@${lancedb}`))
  const packages = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { integrity: 'sha512-b' } }
  expect(withoutIntegrity({ packages })).toEqual(['a@1.0.0'])
})

test('package.json decides about every install script; only the one of node runs', () => {
  const { allowScripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  expect(undecidedScripts(lock, allowScripts)).toEqual([])
  expect(Object.keys(allowScripts).filter(name => allowScripts[name])).toEqual(['node'])
  const packages = { 'node_modules/a': { hasInstallScript: true }, 'node_modules/b/node_modules/c': {} }
  expect(undecidedScripts({ packages }, {})).toEqual(['a'])
})
