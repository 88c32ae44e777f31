import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { claimHome, verifyHomeNamespace } from '#runtime/host/home-namespace.ts'
import { temporaryFolder } from '#test/support/folder.ts'

const refused = (named: RegExp) => expect.objectContaining({ code: 'FLY_HOME', message: expect.stringMatching(named) })

test('a new folder becomes that of the namespace, and no other may use it', () => {
  const home = join(temporaryFolder(), 'new')
  claimHome({ home, namespace: 'blue' })
  claimHome({ home, namespace: 'blue' })
  mkdirSync(join(home, 'state'))
  verifyHomeNamespace({ home, namespace: 'blue' })
  expect(() => claimHome({ home, namespace: 'green' })).toThrow(
    refused(/belongs to namespace blue, not to namespace green: choose another folder with FLYWHEEL_HOME, or/),
  )
  expect(() => claimHome({ home, namespace: undefined })).toThrow(refused(/not to a deployment without a namespace/))
})

test('a folder with the data of a deployment without a namespace is refused', () => {
  const home = temporaryFolder()
  mkdirSync(join(home, 'state'))
  claimHome({ home, namespace: undefined })
  expect(readdirSync(home)).toEqual(['state'])
  expect(() => claimHome({ home, namespace: 'blue' })).toThrow(refused(/belongs to a deployment without a namespace/))
})

test('a fresh volume is a new folder', () => {
  const home = temporaryFolder()
  mkdirSync(join(home, 'lost+found'))
  writeFileSync(join(home, '.DS_Store'), '')
  claimHome({ home, namespace: 'blue' })
  expect(() => verifyHomeNamespace({ home, namespace: 'green' })).toThrow(refused(/blue/))
})

test('what only reads creates nothing', () => {
  const home = join(temporaryFolder(), 'mistyped')
  verifyHomeNamespace({ home, namespace: 'blue' })
  expect(existsSync(home)).toBe(false)
})
