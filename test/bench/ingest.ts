import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { readSettings, type Settings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { measure, type Shape, shapes, type Throughput } from './ingest/measure.ts'
import { countLost, measureOverload, type Overload } from './ingest/overload.ts'
import { measureSampler, type SamplerResult } from './ingest/sampler.ts'
import { type BenchServer, startBare, startIngest } from './ingest/server.ts'
import { type BenchCluster, openBenchCluster } from './runtime/bench-cluster.ts'
import { allCores, pin } from './runtime/cores.ts'
import { table } from './table.ts'

const contenders = ['bare', 'embedded', 'kafka'] as const
type Contender = (typeof contenders)[number]
const parts = [...contenders, 'sampler'] as const
type Part = (typeof parts)[number]
type IngestResult = {
  readonly throughput: Readonly<Record<Shape, Throughput>>
  /** At half of the turns/s that arrays of 100 reach. */
  readonly halfLoad: Throughput
  readonly overload?: Overload & { readonly lost: number }
}

const secondsOf = { part: 8, overload: 60 } as const
const sampler = { shares: [0.1, 0.02, 0.005, 0.001], turns: 200_000 } as const
/** The server has its own core; senders and broker share the other. */
const pinned = { server: '0', others: '1' } as const

/** `bench ingest`: turns over HTTP with durable acknowledgement, compared with the web framework alone; then the sampler. */
export const ingest = new Command('ingest')
  .description(
    'turns per second over HTTP with durable acknowledgement, at three times the load, and through the sampler',
  )
  .addOption(new Option('--only <part>', 'only this part').choices(parts))
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measureIngest)

async function measureIngest({ only, json }: { readonly only?: Part; readonly json: boolean }): Promise<void> {
  const found: Partial<Record<Contender, IngestResult>> = {}
  const wants = (part: Part): boolean => only === undefined || only === part
  if (wants('bare')) found.bare = await figuresOf(await startBare(pinned.server))
  if (wants('embedded')) {
    const home = mkdtempSync(join(tmpdir(), 'flywheel-bench-'))
    found.embedded = await ofIngest(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_LOG_LEVEL: 'error' }))
    rmSync(home, { recursive: true, force: true })
  }
  if (wants('kafka')) found.kafka = await onStage(({ settings }) => ofIngest(settings))
  const decided = wants('sampler') ? await onStage(ofSampler) : []
  pin(process.pid, allCores())
  process.stdout.write(`${[...resultTables(found), ...samplerTables(decided)].join('\n\n')}\n`)
  if (json) process.stdout.write(`${JSON.stringify({ ...found, sampler: decided, pinned })}\n`)
}

/** Its own broker and registry. */
async function onStage<T>(measure: (stage: BenchCluster) => Promise<T>): Promise<T> {
  logProgress('starting one broker and one registry')
  const stage = await openBenchCluster()
  try {
    return await measure(stage)
  } finally {
    await stage.close()
  }
}

async function ofSampler(stage: BenchCluster): Promise<readonly SamplerResult[]> {
  pin(process.pid, pinned.others)
  const decided: SamplerResult[] = []
  for (const share of sampler.shares) {
    logProgress(`the sampler on ${sampler.turns} turns, of which it may pick ${share}`)
    decided.push(await measureSampler(stage, share, sampler.turns, pinned.server))
  }
  return decided
}

async function ofIngest(settings: Settings): Promise<IngestResult> {
  const prepared = await openRuntime(settings)
  await ensureTopics(prepared)
  await prepared.close()
  const acknowledged = new Set<string>()
  const measured = await figuresOf(await startIngest(settings, pinned.server), acknowledged)
  const world = await openRuntime(settings)
  try {
    if (!measured.overload) return measured
    return { ...measured, overload: { ...measured.overload, lost: await countLost(world, acknowledged) } }
  } finally {
    await world.close()
  }
}

async function figuresOf(server: BenchServer, acknowledged?: Set<string>): Promise<IngestResult> {
  pin(process.pid, pinned.others)
  try {
    const throughput = {} as Record<Shape, Throughput>
    for (const shape of Object.keys(shapes) as Shape[]) {
      logProgress(`${server.url}: ${shape}`)
      throughput[shape] = await measure(server.url, shape, secondsOf.part * 1_000)
    }
    const capacity = throughput.array.turnsPerSecond
    logProgress(`${server.url}: half load`)
    const halfLoad = await measure(server.url, 'array', secondsOf.part * 1_000, capacity / 2 / shapes.array.turns)
    if (!acknowledged) return { throughput, halfLoad }
    logProgress(`${server.url}: three times its capacity for ${secondsOf.overload} s`)
    const load = await measureOverload(server, capacity, secondsOf.overload * 1_000, acknowledged)
    return { throughput, halfLoad, overload: { ...load, lost: Number.NaN } }
  } finally {
    await server.stop()
  }
}

function resultTables(found: Partial<Record<Contender, IngestResult>>): readonly string[] {
  const entries = Object.entries(found)
  if (entries.length === 0) return []
  const rows = entries.flatMap(([name, { throughput, halfLoad }]) => [
    ...Object.entries(throughput).map(([shape, one]) => [name, shape, one.turnsPerSecond, one.p50, one.p99]),
    [name, 'array, half load', halfLoad.turnsPerSecond, halfLoad.p50, halfLoad.p99],
  ])
  const parts = [table([['turns/s acknowledged', 'request', 'turns/s', 'p50 ms', 'p99 ms'], ...rows])]
  for (const [name, { overload: load }] of entries)
    if (load)
      parts.push(
        table([
          [`${name}: three times its capacity`, ''],
          ...Object.entries(load).map(([key, value]) => [key, JSON.stringify(value)]),
        ]),
      )
  return parts
}

function samplerTables(decided: readonly SamplerResult[]): readonly string[] {
  if (decided.length === 0) return []
  const head = ['sampler, budget', 'picked', 'turns/s', 'cpu (µs a turn)', 'second half', 'cpu (µs a turn)']
  const rows = decided.map(({ sampleShare, picked, recordsPerSecond, cpuMicros, secondHalf }) => [
    ...[`${sampleShare}`, `${picked}`, recordsPerSecond, cpuMicros],
    ...[secondHalf.recordsPerSecond, secondHalf.cpuMicros],
  ])
  return [table([head, ...rows])]
}

const logProgress = (what: string): void => void process.stderr.write(`${what}\n`)
