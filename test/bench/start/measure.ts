import { setTimeout as pause } from 'node:timers/promises'
import type { Settings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import type { ServiceName } from '#topology/types.ts'
import { type BenchServer, startService } from '../ingest/server.ts'
import { allCores, type Cores, peakResidentMb, pin } from '../runtime/cores.ts'
import { createFiller, seed } from '../runtime/fill.ts'
import { createTurns } from '../runtime/records.ts'

/** Seconds from the start of the process until it is ready, and the most resident memory that it had until then. */
type Start = { readonly seconds: number; readonly peakMb: number }

/** A start of ingest and of the console, each alone, and the slowest of some looks at the status. */
export type Starts = { readonly ingest: Start; readonly console: Start; readonly statusMs: number }

const looks = 5
/** The console keeps its answer for less than that. */
const betweenLooksMs = 2_100
/** The service has its own core; the bench and the broker share the other. */
const pinned = { service: '0', others: '1' } as const satisfies Record<string, Cores>

/** Creates the topics and appends turns of about 500 bytes. */
export async function fill(settings: Settings, records: number): Promise<void> {
  const world = await openRuntime(settings)
  try {
    await ensureTopics(world)
    await world.codec.registerSchemas()
    const turnOf = createTurns(seed)
    const smallTurnOf: typeof turnOf = (number, at) => ({ ...turnOf(number, at), earlier: [], answer: 'Yes, you can.' })
    await createFiller({ world }, smallTurnOf)(records)
  } finally {
    await world.close()
  }
}

/** Starts the services on the log of these settings, one after the other, since one process has the embedded log. */
export async function measureStarts(settings: Settings): Promise<Starts> {
  pin(process.pid, pinned.others)
  try {
    const ingest = await measureStart('ingest', settings)
    let statusMs = 0
    const started = await measureStart('console', settings, async ({ url }) => {
      for (let look = 0; look < looks; look++) {
        if (look > 0) await pause(betweenLooksMs)
        statusMs = Math.max(statusMs, await measureLook(`${url}/v1/status`))
      }
    })
    return { ingest, console: started, statusMs: Math.round(statusMs) }
  } finally {
    pin(process.pid, allCores())
  }
}

async function measureStart(
  name: ServiceName,
  settings: Settings,
  use: (server: BenchServer) => Promise<void> = async () => {},
): Promise<Start> {
  const from = performance.now()
  const server = await startService(name, settings, pinned.service)
  try {
    await waitUntil(`${name} is ready`, async () => (await fetch(`${server.url}/ready`)).ok, 600_000)
    const start = {
      seconds: Number(((performance.now() - from) / 1_000).toFixed(2)),
      peakMb: peakResidentMb(server.pid),
    }
    await use(server)
    return start
  } finally {
    await server.stop()
  }
}

async function measureLook(url: string): Promise<number> {
  const from = performance.now()
  const answer = await fetch(url)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return performance.now() - from
}
