import { randomBytes, randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../core/error-code.ts'
import { Fault } from '../core/faults.ts'
import type { Settings } from './config.ts'

const keyFileName = '.redaction-key'

/**
 * The secret key for pseudonyms: the setting, or a random key that is created once in the home directory, readable by its owner
 * only. The key is kept so that a value has the same pseudonym after a restart. Throws FLY_HOME if the key cannot be read or
 * written.
 */
export function loadRedactionKey({ redactionKey: given, home }: Pick<Settings, 'redactionKey' | 'home'>): string {
  if (given !== undefined) return given
  const path = join(home, keyFileName)
  try {
    return readKey(path) ?? makeKey(home, path)
  } catch (error) {
    throw new Fault('FLY_HOME', `${home} does not keep ${keyFileName}: set FLYWHEEL_REDACTION_KEY`, {
      ...{ home, code: errorCode(error) },
    })
  }
}

function readKey(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Writes a temporary file, then links it to its final name, so that no process reads a partial key. If two processes create a key
 * at the same time, both use the one that was linked first.
 */
function makeKey(home: string, path: string): string {
  mkdirSync(home, { recursive: true })
  const temporary = `${path}.${randomUUID()}`
  try {
    writeFileSync(temporary, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
    try {
      linkSync(temporary, path)
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    return readFileSync(path, 'utf8')
  } finally {
    rmSync(temporary, { force: true })
  }
}
