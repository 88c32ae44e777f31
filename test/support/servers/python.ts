import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { skip } from '../skip.ts'
import { cachedFolder } from './cache.ts'

const exec = promisify(execFile)

export type Python = {
  /** Runs a program with these environment variables added; rejects with its output when it fails. */
  readonly run: (program: string, variables: Readonly<Record<string, string>>) => Promise<string>
}

/** Python with packages, separated by spaces, that pip installs into the cache once; undefined, after a notice, where that is not possible. */
export async function pythonWith(requirement: string, what: string): Promise<Python | undefined> {
  try {
    const { stdout: version } = await exec('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
    const folder = await cachedFolder(`python-${version.trim()}-${requirement.replace(/\W+/g, '-')}`, target =>
      exec('python3', ['-m', 'pip', 'install', '--quiet', '--target', target, ...requirement.split(' ')], {
        maxBuffer: 2 ** 24,
      }),
    )
    return {
      run: async (program, variables) => {
        const env = { ...process.env, ...variables, PYTHONPATH: folder }
        return (await exec('python3', ['-c', program], { env, maxBuffer: 2 ** 26 })).stdout
      },
    }
  } catch (error) {
    return skip(what, `Python or pip cannot install ${requirement}: ${String(error).slice(0, 300)}`)
  }
}
