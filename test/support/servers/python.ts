import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { skip } from '../skip.ts'

const exec = promisify(execFile)
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'flywheel')

export type Python = {
  /** Runs a program with these variables beside our own; rejects with what it said when it fails. */
  readonly run: (program: string, variables: Readonly<Record<string, string>>) => Promise<string>
}

/** Python with packages that pip brings into the cache once; undefined where it cannot, which was told loudly. */
export async function pythonWith(requirement: string, what: string): Promise<Python | undefined> {
  try {
    const { stdout: version } = await exec('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
    const folder = join(cache, `python-${version.trim()}-${requirement.replace(/\W+/g, '-')}`)
    if (!existsSync(folder)) await install(requirement, folder)
    return {
      run: async (program, variables) => {
        const env = { ...process.env, ...variables, PYTHONPATH: folder }
        return (await exec('python3', ['-c', program], { env, maxBuffer: 2 ** 26 })).stdout
      },
    }
  } catch (error) {
    return skip(what, `Python or pip does not bring ${requirement}: ${String(error).slice(0, 300)}`)
  }
}

/** Whole before it has its name; of two runs that install at once, the first wins. */
async function install(requirement: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${folder}.`)
  await exec('python3', ['-m', 'pip', 'install', '--quiet', '--target', fresh, requirement], { maxBuffer: 2 ** 24 })
  await rename(fresh, folder).catch(async error => {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
}
