import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '#runtime/config/config.ts'
import { openReader } from '#runtime/host/connections.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { audit } from '../audit.ts'
import { hasNoViolations } from '../compare-outputs.ts'
import { derivedFraction, type FaultKind } from '../fault-plan.ts'
import type { ChaosOptions, ChaosReport, PrintProgress } from '../report.ts'
import { createSchedule, type Injector } from '../schedule.ts'
import { createWorkerPool } from '../worker-pool.ts'
import { openDisk } from './disk.ts'
import type { EmbeddedWorkerOptions, WorkerProgress } from './embedded-worker.ts'

/** Without progress for this time the run has failed. */
const stallTimeoutMs = 60_000

/** Both stages and their producer in one process on the embedded log, which is on its own disk. */
export async function runEmbeddedChaos(
  { records, seed, faults }: ChaosOptions,
  print: PrintProgress,
): Promise<ChaosReport> {
  const begun = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'flywheel-chaos-'))
  const home = join(folder, 'home')
  const disk = await openDisk(home, print)
  const pool = createWorkerPool(folder, print)
  const progress = { accepted: 0, done: 0, behind: 0 }
  let lastProgressAt = performance.now()
  const onProgress = (message: WorkerProgress): void => {
    lastProgressAt = performance.now()
    Object.assign(progress, message)
  }
  const worker = pool.startWorker({
    name: 'embedded',
    script: new URL('./embedded-worker.ts', import.meta.url),
    options: (): EmbeddedWorkerOptions => ({ seed, turns: records, from: progress.accepted }),
    env: { FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'warn' },
    onMessage: message => onProgress(message as WorkerProgress),
  })

  /** Waits for the next message of the worker, also of one that is started meanwhile. */
  const waitUntilWorking = async (): Promise<void> => {
    const since = lastProgressAt
    await waitUntil('the worker makes progress', () => lastProgressAt > since, stallTimeoutMs)
  }
  const refusals = (): number => worker.stderr().split('cannot be written').length - 1
  const none: Injector = () => Promise.resolve()
  const injectors: Record<FaultKind, Injector> = {
    ...{ brokerKills: none, zombies: none, cuts: none, rebalances: none },
    ...{ hangs: none, blips: none, expiries: none, retentions: none },
    async kills() {
      await waitUntilWorking()
      worker.kill()
    },
    async clockJumps(name) {
      await waitUntilWorking()
      worker.send({ clock: Math.round((derivedFraction(seed, name, 'far') - 0.5) * 1_200_000) })
    },
    async fullDisks() {
      await waitUntilWorking()
      const refused = async (before: number, since: number): Promise<void> =>
        waitUntil('the worker cannot write, or makes progress', () => refusals() > before || lastProgressAt > since)
      await disk.fill(worker.pid())
      await refused(refusals(), Number.POSITIVE_INFINITY)
      // The disk is full again while the worker starts.
      const before = refusals()
      worker.kill()
      await refused(before, performance.now())
      await disk.free(worker.pid())
      await waitUntilWorking()
    },
  }
  const schedule = createSchedule(faults, seed, injectors, print)
  let clean = false
  try {
    const started = performance.now()
    const done = (): boolean => schedule.isFinished() && progress.accepted === records && progress.behind === 0
    for (; !done(); await sleep(20)) {
      schedule.advance(Math.min(1, progress.done / records))
      if (performance.now() - lastProgressAt > stallTimeoutMs) throw new Error('no message from the worker')
    }
    const streamed = (performance.now() - started) / 1000
    await worker.stop()
    print(`all is consumed after ${streamed.toFixed(0)} s`)
    const reader = await openReader(readSettings({ FLYWHEEL_HOME: home }))
    const found = await audit(reader, { seed, accepted: records }, print)
    await reader.close()
    clean = hasNoViolations(found) && pool.crashes.length === 0
    return {
      ...{ log: 'embedded', records, seed, faults: schedule.injected, crashes: pool.crashes.length },
      recordsPerSecond: Math.round(records / streamed),
      ...found,
      seconds: Math.round((performance.now() - begun) / 1000),
    }
  } finally {
    pool.killAll()
    await waitUntil('the worker has ended', () => pool.workers().length === 0)
    await disk.close()
    await rm(clean ? folder : home, { recursive: true, force: true })
    if (!clean) print(`the output of the worker is in ${folder}`)
  }
}
