import { appendFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Fault } from '#runtime/core/faults.ts'
import type { BadRow } from './source.ts'

/** Begins a file for the bad rows of an import, one as JSON in each line. FLY_USAGE when it is the imported file or cannot be written. */
export function openBadRows(path: string, importedPath: string): { readonly add: (bad: BadRow) => void } {
  if (resolve(path) === resolve(importedPath))
    throw new Fault('FLY_USAGE', `--skip-bad ${path}: is the imported file; name another`)
  try {
    writeFileSync(path, '')
  } catch (error) {
    throw new Fault('FLY_USAGE', `--skip-bad ${path}: cannot be written`, {}, error)
  }
  return { add: bad => appendFileSync(path, `${JSON.stringify(bad)}\n`) }
}
