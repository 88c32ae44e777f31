import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { readSettings, toEnvironment } from '#runtime/config/config.ts'
import { at } from '#runtime/core/checked.ts'
import { openBenchCluster } from './runtime/bench-cluster.ts'
import { createFiller } from './runtime/fill.ts'
import { median } from './runtime/throughput.ts'
import { table } from './table.ts'

type MemoryBenchOptions = { readonly records: number; readonly kafka: boolean; readonly json: boolean }

/** A line of `measured-service.ts`. */
type MemoryReport = {
  readonly records: number
  /** Resident memory in bytes. */
  readonly rss: number
  /** The live heap and what V8 holds outside of it, in bytes; null where it was not measured. */
  readonly heapBytes: number | null
}

/** `bench memory`: README.md in this folder describes it. */
export const memory = new Command('memory')
  .description('how much the memory of a service grows from a tenth of the records to the last')
  .option('--records <n>', 'records through the service', wholeNumber, 2_000_000)
  .option('--kafka', 'on Kafka instead of the embedded log', false)
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measureMemory)

async function measureMemory({ records, kafka, json }: MemoryBenchOptions): Promise<void> {
  const reports = kafka ? await onKafka(records) : await onEmbeddedLog(records)
  const rssMb = (from: number, to: number): number => medianMb(reports.slice(from, to).map(({ rss }) => rss))
  const [warmRssMb, lastRssMb] = [rssMb(7, 12), rssMb(95, 100)]
  const heaps = reports.flatMap(({ heapBytes }) => heapBytes ?? [])
  const [warmHeapMb, lastHeapMb] = [megabytes(at(heaps, 0)), megabytes(at(heaps, 1))]
  const figures = {
    ...{ log: kafka ? 'kafka' : 'embedded', records, warmRssMb, lastRssMb, rssGrowthMb: lastRssMb - warmRssMb },
    ...{ warmHeapMb, lastHeapMb, heapGrowthMb: lastHeapMb - warmHeapMb },
  }
  process.stdout.write(`${table([['memory', ''], ...Object.entries(figures)])}\n`)
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`)
}

async function onEmbeddedLog(records: number): Promise<readonly MemoryReport[]> {
  const home = mkdtempSync(join(tmpdir(), 'flywheel-bench-'))
  try {
    return await runService(records, toEnvironment(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0' })))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function onKafka(records: number): Promise<readonly MemoryReport[]> {
  const cluster = await openBenchCluster()
  try {
    await createFiller(cluster)(records)
    return await runService(records, toEnvironment({ ...cluster.settings, home: cluster.folder() }))
  } finally {
    await cluster.close()
  }
}

/** Runs the service in a process of its own; returns its hundred reports. */
async function runService(records: number, settings: Record<string, string>): Promise<readonly MemoryReport[]> {
  const script = fileURLToPath(new URL('./memory/measured-service.ts', import.meta.url))
  const child = spawn(process.execPath, ['--expose-gc', script, String(records)], {
    env: { ...process.env, FLYWHEEL_LOG_LEVEL: 'warn', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const reports: MemoryReport[] = []
  for await (const line of createInterface(child.stdout)) {
    reports.push(JSON.parse(line))
    if (reports.length % 10 === 0) process.stderr.write(`${line}\n`)
  }
  if ((await ended) !== 0) throw new Error('the service ended with an error')
  return reports
}

const medianMb = (bytes: readonly number[]): number => megabytes(median(bytes))
const megabytes = (bytes: number): number => Math.round(bytes / 1e6)

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}
