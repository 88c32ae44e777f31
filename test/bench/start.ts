import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { readSettings, type Settings } from '#runtime/config/config.ts'
import { openBenchCluster } from './runtime/bench-cluster.ts'
import { fill, measureStarts, type Starts } from './start/measure.ts'
import { table } from './table.ts'

const logs = ['embedded', 'kafka'] as const
type Log = (typeof logs)[number]

/** On a log without a turn, and with so many. */
type StartResult = { readonly records: number; readonly empty: Starts; readonly full: Starts }

type StartBenchOptions = { readonly records: number; readonly only?: Log; readonly json: boolean }

/** `bench start`: README.md in this folder describes it. */
export const start = new Command('start')
  .description('how long ingest and the console take to start, and the status to be answered, on a log of many turns')
  .option('--records <n>', 'turns on the log', wholeNumber, 2_000_000)
  .addOption(new Option('--only <log>', 'only on this log').choices(logs))
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measure)

async function measure({ records, only, json }: StartBenchOptions): Promise<void> {
  const found: Partial<Record<Log, StartResult>> = {}
  if (only !== 'kafka') found.embedded = await onEmbeddedLog(records)
  if (only !== 'embedded') found.kafka = await onKafka(records)
  process.stdout.write(`${resultTable(found)}\n`)
  if (json) process.stdout.write(`${JSON.stringify(found)}\n`)
}

async function onEmbeddedLog(records: number): Promise<StartResult> {
  const home = mkdtempSync(join(tmpdir(), 'flywheel-bench-'))
  try {
    return await measureLog(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_LOG_LEVEL: 'error' }), records)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function onKafka(records: number): Promise<StartResult> {
  logProgress('starting one broker and one registry')
  const cluster = await openBenchCluster()
  try {
    return await measureLog({ ...cluster.settings, home: cluster.folder() }, records)
  } finally {
    await cluster.close()
  }
}

async function measureLog(settings: Settings, records: number): Promise<StartResult> {
  const name = settings.kafka === undefined ? 'the embedded log' : 'Kafka'
  await fill(settings, 0)
  logProgress(`starts on ${name} without a turn`)
  const empty = await measureStarts(settings)
  logProgress(`filling ${name} with ${records} turns`)
  await fill(settings, records)
  logProgress(`starts on ${name} with ${records} turns`)
  return { records, empty, full: await measureStarts(settings) }
}

function resultTable(found: Partial<Record<Log, StartResult>>): string {
  const rows = Object.entries(found).flatMap(([name, { records, empty, full }]) =>
    [
      { turns: 0, of: empty },
      { turns: records, of: full },
    ].map(({ turns, of: { ingest, console, statusMs } }) => [
      ...[name, turns, `${ingest.seconds}`, ingest.peakMb],
      ...[`${console.seconds}`, console.peakMb, statusMs],
    ]),
  )
  return table([['log', 'turns', 'ingest (s)', 'peak MB', 'console (s)', 'peak MB', 'status (ms)'], ...rows])
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}

const logProgress = (what: string): void => void process.stderr.write(`${what}\n`)
