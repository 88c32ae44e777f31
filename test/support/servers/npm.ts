import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { skip } from '../skip.ts'
import { cachedFolder } from './cache.ts'

const exec = promisify(execFile)

export type NpmProgram = {
  /** Runs an ES module with these environment variables added; rejects with its output when it fails. */
  readonly run: (program: string, variables: Readonly<Record<string, string>>) => Promise<string>
}

/** Node with packages that npm installs into the cache once; undefined, after a notice, where that is not possible. */
export async function npmWith(packages: readonly string[], what: string): Promise<NpmProgram | undefined> {
  try {
    const folder = await cachedFolder(`npm-${packages.join('-').replace(/\W+/g, '-')}`, target =>
      exec('npm', ['install', '--prefix', target, '--no-audit', '--no-fund', ...packages], { maxBuffer: 2 ** 24 }),
    )
    return {
      run: async (program, variables) => {
        const env = { ...process.env, ...variables }
        return (await exec(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env })).stdout
      },
    }
  } catch (error) {
    return skip(what, `npm cannot install ${packages.join(' ')}: ${String(error).slice(0, 300)}`)
  }
}
