import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cachedFolder, cacheFolder } from './cache.ts'

const exec = promisify(execFile)

/** Why Java servers cannot run here; undefined when they can. */
export async function javaProblem(): Promise<string | undefined> {
  try {
    const { stderr, stdout } = await exec('java', ['-version'])
    const version = Number(/version "(\d+)/.exec(stderr + stdout)?.[1])
    return version >= 17 ? undefined : `java is version ${version}, 17 or newer is needed`
  } catch {
    return 'java is not installed'
  }
}

/** A folder of the cache, filled by Maven once; `unpack` runs on it before it appears. One fetch runs at a time. */
export async function fetchWithMaven(
  name: string,
  maven: (folder: string) => string[],
  unpack: (folder: string) => Promise<void> = async () => {},
): Promise<string> {
  await mkdir(cacheFolder, { recursive: true })
  const release = await lock(join(cacheFolder, `${name}.lock`))
  try {
    return await cachedFolder(name, async folder => {
      await exec('mvn', ['-q', '-B', ...maven(folder)], { maxBuffer: 2 ** 26 })
      await unpack(folder)
    })
  } finally {
    await release()
  }
}

/** Parallel test runs share the cache. The lock of a process that has ended is taken over. */
async function lock(file: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const handle = await open(file, 'wx')
      await handle.write(String(process.pid))
      await handle.close()
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = Number(await readFile(file, 'utf8').catch(() => ''))
      if (owner > 0 && !isAlive(owner)) await rm(file, { force: true })
      await sleep(100)
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Distinct free ports of 127.0.0.1. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

export type ServerProcess = {
  /** SIGTERM, then SIGKILL. Its folder is removed. */
  readonly stop: () => Promise<void>
  /** SIGKILL. Its folder stays. */
  readonly kill: () => Promise<void>
  /** SIGSTOP: it keeps its connections and answers nothing. */
  readonly pause: () => void
  /** SIGCONT. */
  readonly resume: () => void
}

type LaunchOptions = {
  readonly folder: string
  readonly command: readonly [string, ...string[]]
  readonly cwd?: string
  readonly ready: (log: string) => boolean | Promise<boolean>
}

/** Starts a server under a supervisor and waits until it is ready. Its output goes to server.log in its folder. */
export async function launchServer({ folder, command, cwd = folder, ready }: LaunchOptions): Promise<ServerProcess> {
  const logFile = join(folder, 'server.log')
  await rm(logFile, { force: true })
  const supervisor = fileURLToPath(new URL('./server-supervisor.ts', import.meta.url))
  // Detached, so that ^C in the terminal reaches only the test runner, which then stops its servers in order.
  const child = spawn(process.execPath, [supervisor, logFile, folder, ...command], {
    cwd,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.stdin?.on('error', () => {})
  const read = (): Promise<string> => readFile(logFile, 'utf8').catch(() => '')
  for (const deadline = Date.now() + 90_000; !(await ready(await read())); await sleep(50)) {
    if (child.exitCode === null && Date.now() < deadline) continue
    const tail = (await read()).split('\n').slice(-20).join('\n')
    child.stdin?.end()
    throw new Error(
      `${command[0]} in ${folder} ${child.exitCode === null ? 'is not ready after 90 s' : 'ended'}:\n${tail}`,
    )
  }
  return {
    stop: () => stopChild(child, exited, () => child.stdin?.end()),
    kill: () => stopChild(child, exited, () => child.stdin?.write('kill\n')),
    pause: () => void child.stdin?.write('pause\n'),
    resume: () => void child.stdin?.write('resume\n'),
  }
}

async function stopChild(child: ChildProcess, exited: Promise<void>, order: () => void): Promise<void> {
  if (child.exitCode === null) order()
  await exited
}
