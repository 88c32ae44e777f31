import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '#test/support/wait-until.ts'
import type { WorkerCommand } from './worker-hooks.ts'

export type WorkerSpec = {
  readonly name: string
  readonly script: URL
  /** Called at each start; the script gets the options as JSON. */
  readonly options: () => object
  readonly env: Readonly<Record<string, string>>
  readonly onMessage?: (message: unknown) => void
}

/** A process that is started again whenever it ends, until it is stopped. */
export type Worker = {
  readonly name: string
  readonly pid: () => number
  /** Started, and not suspended by SIGSTOP. */
  readonly isRunning: () => boolean
  /** Since its last start it serves: it ends by itself when it is stopped. */
  readonly isListening: () => boolean
  readonly kill: () => void
  /** SIGSTOP now, or before its next request with that number; resolves when it is suspended. */
  readonly suspend: (request?: number) => Promise<void>
  readonly resume: () => void
  readonly send: (command: WorkerCommand) => void
  /** SIGTERM; resolves when the process has ended by itself. After 30 s it is killed and counted as a crash. */
  readonly stop: () => Promise<void>
  /** What it has written to standard error since its first start. */
  readonly stderr: () => string
}

export type WorkerPool = {
  readonly startWorker: (spec: WorkerSpec) => Worker
  readonly workers: () => readonly Worker[]
  /** Processes that ended without having been stopped, with their last line. */
  readonly crashes: readonly string[]
  /** SIGKILL to all; they are not started again. */
  readonly killAll: () => void
}

/** Workers whose standard error goes to files in a folder. */
export function createWorkerPool(folder: string, print: (line: string) => void): WorkerPool {
  mkdirSync(folder, { recursive: true })
  const running = new Map<string, { readonly worker: Worker; readonly kill: () => void }>()
  const crashes: string[] = []
  let ended = false
  const killAll = (): void => {
    ended = true
    for (const { kill } of running.values()) kill()
  }
  process.once('exit', killAll)

  const startWorker = ({ name, script, options, env, onMessage = () => {} }: WorkerSpec): Worker => {
    const file = join(folder, `${name}.log`)
    const stderr = (): string => readFileSync(file, 'utf8')
    let child: ChildProcess
    let suspended = false
    let stopping = false
    let output = ''

    const start = (): void => {
      child = spawn(process.execPath, [fileURLToPath(script), JSON.stringify(options())], {
        env: { PATH: process.env.PATH ?? '', ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      output = ''
      child.stderr?.on('data', (data: Buffer) => {
        output += data
        appendFileSync(file, data)
      })
      child.stdout?.on('data', (data: Buffer) => {
        if (data.includes('stopped')) suspended = true
      })
      child.on('message', onMessage)
      child.once('close', (code, signal) => void onEnd(code, signal))
    }
    const onEnd = async (code: number | null, signal: string | null): Promise<void> => {
      suspended = false
      if (signal !== 'SIGKILL' && !(stopping && code === 0)) {
        const why = output.split('\n').findLast(line => line !== '' && !line.startsWith('{')) ?? 'without output'
        print(`${name} ended with ${signal ?? code}: ${why}`)
        // A process that finds no broker or no registry at its start ends. That is not a crash: it is started again.
        if (!/^FLY_(BROKER|REGISTRY)/.test(why) || output.includes('listening')) crashes.push(`${name}: ${why}`)
        await sleep(500)
      }
      if (stopping || ended) running.delete(name)
      else start()
    }
    const kill = (): void => void child.kill('SIGKILL')
    const worker: Worker = {
      name,
      pid: () => runningPid(child),
      isRunning: () => !suspended && !stopping && child.exitCode === null && child.signalCode === null,
      isListening: () => output.includes('listening'),
      kill,
      async suspend(request) {
        if (request !== undefined && worker.isRunning()) {
          child.send({ stopAt: request } satisfies WorkerCommand)
          await waitUntil('the worker suspends itself', () => suspended, 20_000).catch(() => {})
        }
        if (!suspended) child.kill('SIGSTOP')
        suspended = true
      },
      resume() {
        child.kill('SIGCONT')
        suspended = false
      },
      send: command => void (worker.isRunning() && child.connected && child.send(command)),
      async stop() {
        stopping = true
        child.kill('SIGTERM')
        await waitUntil(`${name} ends by itself`, () => !running.has(name), 30_000).catch(error => {
          crashes.push(String(error))
          print(String(error))
          child.kill('SIGUSR2')
          setTimeout(kill, 500)
        })
        await waitUntil(`${name} is gone`, () => !running.has(name))
      },
      stderr,
    }
    running.set(name, { worker, kill })
    appendFileSync(file, '')
    start()
    return worker
  }
  return { startWorker, workers: () => [...running.values()].map(({ worker }) => worker), crashes, killAll }
}

function runningPid({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process did not start')
  return pid
}
