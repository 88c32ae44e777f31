import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
import { freePorts } from '#test/support/servers/java.ts'
import { sharedKafka, sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { services } from '#topology/map.ts'

const kafka = await sharedKafka()
const registry = await sharedRegistry()
/** The processes that a process has started, as Linux tells them. */
const childrenFile = (pid: number): string => `/proc/${pid}/task/${pid}/children`
const canRun = kafka && registry && existsSync(childrenFile(process.pid))

const childrenOf = ({ pid = 0 }: ChildProcess): readonly number[] =>
  (readFileSync(childrenFile(pid), 'utf8').match(/\d+/g) ?? []).map(Number)
const isService = (pid: number, name: string): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`services/${name}/main.ts`)

/** `flywheel up` with the console and the promoter, each a process. */
async function up(...options: readonly string[]) {
  const [port = 0] = await freePorts(1)
  const env = {
    ...process.env,
    FLYWHEEL_KAFKA: kafka?.brokers,
    FLYWHEEL_REGISTRY: registry?.url,
    FLYWHEEL_HOME: temporaryFolder(),
    FLYWHEEL_PORT: String(port),
  }
  const args = ['services/_cli/main.ts', 'up', '--services', 'promoter,console', ...options]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output.on('data', data => {
      said += data
    })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const answers = async (name: 'console' | 'promoter'): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${port + services[name].port}/health`).catch(() => undefined))?.ok ?? false
  const pidOf = (name: string): number | undefined => childrenOf(child).find(pid => isService(pid, name))
  await waitUntil('all are up', () => said.includes('2 services are up'), 60_000)
  return { said: () => said, ended, answers, pidOf }
}

test.skipIf(!canRun)('a service that is killed is started again, and the others go on', async () => {
  const { answers, pidOf, said } = await up()
  const [killed = 0, other] = [pidOf('console'), pidOf('promoter')]
  process.kill(killed, 'SIGKILL')
  await waitUntil(
    'it answers again',
    async () => ![undefined, killed].includes(pidOf('console')) && answers('console'),
    60_000,
  )
  expect(pidOf('promoter')).toBe(other)
  expect(said()).toMatch(/"service":"console".*"ended":"SIGKILL".*a service process ended, and is started again/)
})

test.skipIf(!canRun)(
  'with --on-exit stop all are stopped, and the one that was killed is named with its last lines',
  async () => {
    const { ended, pidOf, said } = await up('--on-exit', 'stop')
    process.kill(pidOf('console') ?? 0, 'SIGKILL')
    expect(await ended, said()).toBe(1)
    expect(said()).toMatch(
      /FLY_EXIT: console \(process \d+\) ended with SIGKILL, and all were stopped; its last lines:\n {2}.*"listening"/,
    )
  },
)
