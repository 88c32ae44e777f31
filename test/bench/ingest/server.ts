import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Settings, toEnvironment } from '#runtime/config/config.ts'
import { freePorts } from '#test/support/servers/java.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Cores } from '../runtime/cores.ts'
import { agent } from './requests.ts'

/** A server in its own process on its own core. */
export type BenchServer = { readonly url: string; readonly pid: number; readonly stop: () => Promise<void> }

/** The framework alone. */
export async function startBare(cores: Cores): Promise<BenchServer> {
  const [port = 0] = await freePorts(1)
  return start(cores, [new URL('bare.ts', import.meta.url).pathname, String(port)], port, {})
}

/** A service as in production: its own main.ts, on the log of the settings. */
export async function startService(name: ServiceName, settings: Settings, cores: Cores): Promise<BenchServer> {
  const [port = 0] = await freePorts(1)
  const main = new URL(`../../../services/${name}/main.ts`, import.meta.url).pathname
  return start(cores, [main], port, toEnvironment({ ...settings, port: port - services[name].port }))
}

/** Ingest, with the bench's agent registered. */
export async function startIngest(settings: Settings, cores: Cores): Promise<BenchServer> {
  const server = await startService('ingest', settings, cores)
  const registered = await fetch(`${server.url}/v1/agents/${agent}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tools: [{ name: 'quote', description: 'Price of a security.' }] }),
  })
  if (!registered.ok) throw new Error(`ingest answered ${registered.status}: ${await registered.text()}`)
  return server
}

async function start(
  cores: Cores,
  argv: readonly string[],
  port: number,
  environment: Record<string, string>,
): Promise<BenchServer> {
  const child = spawn('taskset', ['-c', cores, process.execPath, ...argv], {
    env: { ...process.env, ...environment },
    // The channel closes when the bench ends, also when it is killed; then the server ends.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  await waitUntil('the server answers', () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  )
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
