import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../config/config.ts'
import { errorCode } from '../core/error-code.ts'
import { Fault } from '../core/faults.ts'
import { unusableFolderFault } from '../sqlite/data-file.ts'

/** Holds the namespace of a data folder; absent in the folder of a deployment without one. */
const fileName = '.namespace'

type HomeSettings = Pick<Settings, 'home' | 'namespace'>

/**
 * Checks that the data folder is that of this namespace: state and snapshots of another deployment must not be taken for ours.
 * FLY_HOME when it is another's, with both names. A folder that does not exist or is empty is anybody's.
 */
export function verifyHomeNamespace({ home, namespace }: HomeSettings): void {
  const found = readOwner(home)
  if (found === 'nobody' || found.namespace === namespace) return
  throw new Fault(
    'FLY_HOME',
    `${home} belongs to ${describe(found.namespace)}, not to ${describe(namespace)}: choose another folder with FLYWHEEL_HOME, or correct FLYWHEEL_NAMESPACE`,
    { home, namespace, found: found.namespace },
  )
}

/** The same, and marks a new folder as that of this namespace. FLY_HOME too when the folder cannot be created or written. */
export function claimHome(settings: HomeSettings): void {
  const { home, namespace } = settings
  verifyHomeNamespace(settings)
  try {
    mkdirSync(home, { recursive: true })
    accessSync(home, constants.W_OK)
    if (namespace !== undefined && readOwner(home) === 'nobody')
      writeFileSync(join(home, fileName), namespace, { flag: 'wx' })
  } catch (error) {
    // Another process may have been first.
    if (errorCode(error) === 'EEXIST' && readOwner(home) !== 'nobody') verifyHomeNamespace(settings)
    else throw unusableFolderFault(home, error)
  }
}

function readOwner(home: string): 'nobody' | { readonly namespace: string | undefined } {
  try {
    return { namespace: readFileSync(join(home, fileName), 'utf8').trim() }
  } catch {
    return isEmpty(home) ? 'nobody' : { namespace: undefined }
  }
}

/** Hidden files and the folder of a fresh volume do not count. */
function isEmpty(home: string): boolean {
  try {
    return readdirSync(home).every(name => name.startsWith('.') || name === 'lost+found')
  } catch {
    return true
  }
}

const describe = (namespace: string | undefined): string =>
  namespace === undefined ? 'a deployment without a namespace' : `namespace ${namespace}`
