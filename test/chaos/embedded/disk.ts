import { execFile } from 'node:child_process'
import { mkdir, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { PrintProgress } from '../report.ts'

/** The disk of a folder, which the harness can fill and free. */
export type Disk = {
  /** A running process can write nothing more. */
  readonly fill: (pid: number) => Promise<void>
  readonly free: (pid: number) => Promise<void>
  readonly close: () => Promise<void>
}

const exec = promisify(execFile)
const normalSize = 'size=4g'
/** Less than one commit needs. */
const freeBytesWhenFull = 65_536

/**
 * Where mounting is allowed, a file system in memory, which is filled by shrinking it to its content. Elsewhere a limit on the
 * size of the process's files (RLIMIT_FSIZE), which also makes writes fail with an error of the operating system.
 */
export async function openDisk(folder: string, print: PrintProgress): Promise<Disk> {
  await mkdir(folder, { recursive: true })
  try {
    await exec('mount', ['-t', 'tmpfs', '-o', normalSize, 'flywheel-chaos', folder])
  } catch {
    print('no file system can be mounted here: the size of files is limited instead')
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
