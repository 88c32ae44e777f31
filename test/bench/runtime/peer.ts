import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Cores } from './cores.ts'

export type PeerCommand = { readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> }

/** A process under test. */
export type Peer = {
  readonly pid: number
  /** When it had its first record, in ms since 1970; rejects when it ends before. */
  readonly first: Promise<number>
  /** Closes its standard input, at which the process ends. */
  readonly stop: () => Promise<void>
}

const stopTimeoutMs = 30_000

/** Starts a peer on the given cores. It ends when its standard input closes, also when the bench is killed. */
export function startPeer({ argv, env }: PeerCommand, cores: Cores): Peer {
  const child = spawn('taskset', ['-c', cores, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-4_000)
  })
  child.stdin.on('error', () => {})
  const first = Promise.withResolvers<number>()
  first.promise.catch(() => {})
  createInterface(child.stdout).on('line', line => first.resolve(JSON.parse(line).first))
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  exited.then(() => first.reject(new Error(`${argv[0]} ended before its first record:\n${said}`)))
  return {
    pid: child.pid ?? 0,
    first: first.promise,
    stop: async () => {
      child.stdin.end()
      const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      await exited
      clearTimeout(late)
    },
  }
}
