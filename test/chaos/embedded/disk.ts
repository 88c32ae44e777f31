import { execFile } from 'node:child_process'
import { mkdir, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { PrintProgress } from '../report.ts'

/** The disk under a folder, of which the harness decides whether anything fits on it. */
export type Disk = {
  /** Nothing more fits for a process that runs. */
  readonly fill: (pid: number) => Promise<void>
  readonly free: (pid: number) => Promise<void>
  readonly close: () => Promise<void>
}

const exec = promisify(execFile)
const normalSize = 'size=4g'
/** Less than one commit's worth. */
const freeBytesWhenFull = 65_536

/**
 * A file system in memory, where one may mount it, which is then made as small as what it holds. Else the most that the
 * process may write to a file (RLIMIT_FSIZE): also an error of the operating system in the middle of a write.
 */
export async function openDisk(folder: string, say: PrintProgress): Promise<Disk> {
  await mkdir(folder, { recursive: true })
  try {
    await exec('mount', ['-t', 'tmpfs', '-o', normalSize, 'flywheel-chaos', folder])
  } catch {
    say('no disk of its own can be mounted here: files may not grow instead')
    return openLimitedDisk()
  }
  const resize = async (size: string): Promise<void> => void (await exec('mount', ['-o', `remount,${size}`, folder]))
  return {
    async fill() {
      const { blocks, bfree, bsize } = await statfs(folder)
      await resize(`size=${(blocks - bfree) * bsize + freeBytesWhenFull}`)
    },
    free: () => resize(normalSize),
    close: async () => void (await exec('umount', [folder])),
  }
}

function openLimitedDisk(): Disk {
  const limit = async (pid: number, bytes: number | 'unlimited'): Promise<void> =>
    void (await exec('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]))
  return {
    fill: pid => limit(pid, freeBytesWhenFull),
    free: pid => limit(pid, 'unlimited'),
    close: async () => {},
  }
}
