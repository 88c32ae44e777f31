import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '#test/support/wait-until.ts'
import type { WorkerCommand } from './worker-hooks.ts'

export type WorkerSpec = {
  readonly name: string
  /** A script beside this file, and its options for each life, as JSON. */
  readonly script: string
  readonly options: () => object
  readonly env: Readonly<Record<string, string>>
  readonly onMessage?: (message: unknown) => void
}

/** A process that the harness keeps up: whatever ends it, it is started again. */
export type Worker = {
  readonly name: string
  readonly pid: () => number
  /** Started, and not stopped by SIGSTOP. */
  readonly isRunning: () => boolean
  readonly kill: () => void
  /** Stops it now, or just before its next request of that number; resolves once it stands still. */
  readonly suspend: (request?: number) => Promise<void>
  readonly resume: () => void
  readonly send: (order: WorkerCommand) => void
  /** SIGTERM; resolves when it has ended by itself, within 30 s. */
  readonly stop: () => Promise<void>
  /** What it wrote to standard error, all its lives together. */
  readonly stderr: () => string
}

export type WorkerPool = {
  readonly startWorker: (job: WorkerSpec) => Worker
  readonly workers: () => readonly Worker[]
  /** Ends of processes that nobody asked for, with the last lines of each. */
  readonly crashes: readonly string[]
  /** SIGKILL to all. */
  readonly killAll: () => void
}

/** Processes whose standard error goes to files in a folder. */
export function createWorkerPool(folder: string, say: (line: string) => void): WorkerPool {
  mkdirSync(folder, { recursive: true })
  const crew = new Map<string, { readonly worker: Worker; readonly kill: () => void }>()
  const crashes: string[] = []
  let dismissed = false
  const killAll = (): void => {
    dismissed = true
    for (const { kill } of crew.values()) kill()
  }
  process.once('exit', killAll)

  const startWorker = ({ name, script, options, env, onMessage = () => {} }: WorkerSpec): Worker => {
    const file = join(folder, `${name}.log`)
    const stderr = (): string => readFileSync(file, 'utf8')
    let child: ChildProcess
    let frozen = false
    let leaving = false
    let life = ''

    const start = (): void => {
      child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), JSON.stringify(options())], {
        env: { PATH: process.env.PATH ?? '', ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      life = ''
      child.stderr?.on('data', (data: Buffer) => {
        life += data
        appendFileSync(file, data)
      })
      child.stdout?.on('data', (data: Buffer) => {
        if (data.includes('stopped')) frozen = true
      })
      child.on('message', onMessage)
      child.once('close', (code, signal) => void ended(code, signal))
    }
    const ended = async (code: number | null, signal: string | null): Promise<void> => {
      frozen = false
      if (signal !== 'SIGKILL' && !(leaving && code === 0)) {
        const why = life.split('\n').findLast(line => line !== '' && !line.startsWith('{')) ?? 'without a word'
        say(`${name} ended with ${signal ?? code}: ${why}`)
        // Who finds no broker when it starts says so and ends, to be started again.
        if (!why.startsWith('FLY_BROKER') || life.includes('listening')) crashes.push(`${name}: ${why}`)
        await sleep(500)
      }
      if (leaving || dismissed) crew.delete(name)
      else start()
    }
    const kill = (): void => void child.kill('SIGKILL')
    const worker: Worker = {
      name,
      pid: () => child.pid ?? 0,
      isRunning: () => !frozen && !leaving && child.exitCode === null && child.signalCode === null,
      kill,
      async suspend(request) {
        if (request !== undefined && worker.isRunning()) {
          child.send({ stopAt: request } satisfies WorkerCommand)
          await waitUntil('it stops itself', () => frozen, 20_000).catch(() => {})
        }
        if (!frozen) child.kill('SIGSTOP')
        frozen = true
      },
      resume() {
        child.kill('SIGCONT')
        frozen = false
      },
      send: order => void (worker.isRunning() && child.connected && child.send(order)),
      async stop() {
        leaving = true
        child.kill('SIGTERM')
        await waitUntil(`${name} ends by itself`, () => !crew.has(name), 30_000).catch(error => {
          crashes.push(String(error))
          say(String(error))
          child.kill('SIGUSR2')
          setTimeout(kill, 500)
        })
        await waitUntil(`${name} is gone`, () => !crew.has(name))
      },
      stderr,
    }
    crew.set(name, { worker, kill })
    writeFileSync(file, '')
    start()
    return worker
  }
  return { startWorker, workers: () => [...crew.values()].map(({ worker }) => worker), crashes, killAll }
}
