import { loadavg } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type BenchCluster, openBenchCluster } from './runtime/bench-cluster.ts'
import { type ContenderName, compare, pinned } from './runtime/compare.ts'
import { createStreams, flywheel, flywheelService } from './runtime/contenders.ts'
import { allCores, pin } from './runtime/cores.ts'
import { measureEmbedded } from './runtime/embedded.ts'
import { type Figures, figureTables, ratios } from './runtime/figures.ts'
import { createFiller, seed } from './runtime/fill.ts'
import { measureLatency } from './runtime/latency.ts'
import { measureMemory } from './runtime/memory.ts'
import { measureRestart } from './runtime/restart.ts'
import { versions } from './runtime/versions.ts'

const contenders = ['streams', 'naive', 'flywheel'] as const satisfies readonly ContenderName[]
const parts = [...contenders, 'latency', 'memory', 'restart', 'embedded'] as const
type Part = (typeof parts)[number]

/** Sizes of the parts at the default number of records; for other numbers in proportion. */
const defaultSizes = { records: 300_000, memory: 2_000_000, restart: 1_000_000, small: 10_000_000, latencyMs: 30_000 }

type RuntimeBenchOptions = { readonly records: number; readonly only?: Part; readonly json: boolean }

/** `bench runtime`: README.md in this folder describes it. */
export const runtime = new Command('runtime')
  .description('the runtime against Kafka Streams and a plain kafkajs loop, on one broker, in one run')
  .option(
    '--records <n>',
    'records through each contender; the other parts are in proportion',
    wholeNumber,
    defaultSizes.records,
  )
  .addOption(new Option('--only <part>', 'only this part').choices(parts))
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measureRuntime)

async function measureRuntime({ records, only, json }: RuntimeBenchOptions): Promise<void> {
  const [load = 0] = loadavg()
  if (load > 0.5) logProgress(`the machine is busy (load ${load.toFixed(1)}): figures will be too low`)
  const wants = (part: Part): boolean => only === undefined || only === part
  const scaled = (size: number): number => Math.ceil((size * records) / defaultSizes.records)
  let figures: Figures = {}
  if (parts.some(part => part !== 'embedded' && wants(part))) {
    logProgress('starting one broker and one registry')
    const stage = await openBenchCluster()
    try {
      figures = await measureOnKafka(stage, records, wants, scaled)
    } finally {
      await stage.close()
    }
  }
  pin(process.pid, allCores())
  if (wants('embedded')) {
    logProgress('the embedded log')
    figures = { ...figures, embedded: await measureEmbedded(records, scaled(defaultSizes.small), seed) }
  }
  process.stdout.write(`${figureTables(figures)}\n`)
  const made = { seed, records, pinned, versions: versions() }
  if (json) process.stdout.write(`${JSON.stringify({ ...ratios(figures.throughput ?? []), ...figures, ...made })}\n`)
}

async function measureOnKafka(
  stage: BenchCluster,
  records: number,
  wants: (part: Part) => boolean,
  scaled: (size: number) => number,
): Promise<Figures> {
  const fill = createFiller(stage)
  let figures: Figures = {}
  if (contenders.some(wants)) {
    logProgress(`filling the input with ${records} records`)
    await fill(records)
    figures = { ...figures, throughput: await compare(stage, records, wants, logProgress) }
  }
  pin(process.pid, pinned.broker)
  if (wants('latency')) {
    const streams = await createStreams(stage)
    const milliseconds = scaled(defaultSizes.latencyMs)
    const of = (contender: Parameters<typeof measureLatency>[1]) =>
      measureLatency(stage, contender, pinned.peer, milliseconds)
    logProgress('latency of Flywheel')
    const ours = await of(flywheel(stage, 'latency'))
    logProgress('latency of Kafka Streams')
    const theirs = await of(streams({ label: 'latency', threads: 1, commitIntervalMs: 100 }))
    figures = { ...figures, latencyMs: { flywheel: ours, kafkaStreams: theirs } }
  }
  if (wants('memory')) {
    const size = scaled(defaultSizes.memory)
    logProgress(`filling the input with ${size} records`)
    await fill(size)
    logProgress('memory')
    figures = { ...figures, memory: await measureMemory(stage, flywheelService(stage, false), pinned.peer, size) }
  }
  if (wants('restart')) {
    const entries = scaled(defaultSizes.restart)
    logProgress(`restart with ${entries} entries of state`)
    await fill(2 * entries)
    figures = { ...figures, restart: await measureRestart(stage, pinned.peer, entries) }
  }
  return figures
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}

const logProgress = (what: string): void => void process.stderr.write(`${what}\n`)
