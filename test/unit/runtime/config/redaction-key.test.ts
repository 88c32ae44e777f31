import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadRedactionKey } from '#runtime/config/redaction-key.ts'
import { temporaryFolder } from '#test/support/folder.ts'

it('is the setting, else a random one that the home folder keeps for its owner alone', () => {
  const home = join(temporaryFolder(), 'new')
  expect(loadRedactionKey({ home, redactionKey: 'a key of sixteen' })).toBe('a key of sixteen')
  const made = loadRedactionKey({ home, redactionKey: undefined })
  expect(made).toMatch(/^[0-9a-f]{64}$/)
  expect(loadRedactionKey({ home, redactionKey: undefined })).toBe(made)
  const [file = '', ...others] = readdirSync(home)
  expect(others).toEqual([])
  expect(statSync(join(home, file)).mode & 0o777).toBe(0o600)
  expect(loadRedactionKey({ home: temporaryFolder(), redactionKey: undefined })).not.toBe(made)
})

it('a home that keeps nothing is a fault that says what to do', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(() => loadRedactionKey({ home: file, redactionKey: undefined })).toThrow('set FLYWHEEL_REDACTION_KEY')
})
