import type { BenchCluster } from './bench-cluster.ts'
import { type Contender, createStreams, flywheel, naive } from './contenders.ts'
import { type Cores, pin } from './cores.ts'
import { type OutputRun, verifyOutputs } from './outputs.ts'
import { measure, median, type Speed } from './throughput.ts'

export type ContenderName = 'flywheel' | 'streams' | 'naive'

/** One way to run a contender: the median of each figure over its rounds. */
export type ContenderResult = Speed & {
  readonly contender: ContenderName
  readonly name: string
  readonly cores: Cores
  readonly rounds: readonly Speed[]
}

type ContenderRun = Pick<ContenderResult, 'contender' | 'name' | 'cores'> & {
  readonly broker: Cores
  readonly start: (label: string) => readonly [Contender, ...Contender[]]
  /** The share of the records that it processes. */
  readonly share: number
}

const rounds = 3
/** 100 ms is Kafka Streams' default for exactly once; larger transactions give more throughput. The better result counts. */
const commitIntervalsMs = [100, 1_000]
export const pinned = { broker: '0', peer: '1' } as const
const both = '0,1'

/** Each contender on one core with the broker on the other; then on both cores, two Flywheel processes against two stream threads. */
export async function compare(
  stage: BenchCluster,
  records: number,
  wants: (contender: ContenderName) => boolean,
  tell: (what: string) => void,
): Promise<readonly ContenderResult[]> {
  const entries = (await contenderRuns(stage)).filter(({ contender }) => wants(contender))
  const speeds = new Map<ContenderRun, Speed[]>(entries.map(entry => [entry, []]))
  const runs: OutputRun[] = []
  for (let round = 1; round <= rounds; round++)
    for (const [{ name, broker, cores, start, share }, found] of speeds) {
      pin(process.pid, broker)
      const speed = await measure(stage, start(`${runs.length}`), cores, records * share)
      tell(`round ${round}, ${name} on cores ${cores}: ${speed.recordsPerSecond} records/s`)
      found.push(speed)
      runs.push({ name, records: share === 1 ? records : undefined, ends: await stage.outputEnds() })
    }
  tell('reading all outputs')
  await verifyOutputs(stage, runs)
  return Array.from(speeds, ([{ contender, name, cores }, found]) => ({
    ...{ contender, name, cores, rounds: found },
    recordsPerSecond: median(found.map(({ recordsPerSecond }) => recordsPerSecond)),
    secondHalf: median(found.map(({ secondHalf }) => secondHalf)),
    cpuMicros: median(found.map(({ cpuMicros }) => cpuMicros)),
  }))
}

async function contenderRuns(stage: BenchCluster): Promise<readonly ContenderRun[]> {
  const streams = await createStreams(stage)
  const streamsOn = (threads: number, on: Pick<ContenderRun, 'broker' | 'cores'>): readonly ContenderRun[] =>
    commitIntervalsMs.map(commitIntervalMs => ({
      ...{ contender: 'streams', ...on, share: 1 },
      name: `kafka streams, ${threads === 1 ? '1 thread' : `${threads} threads`}, commit every ${commitIntervalMs} ms`,
      start: label => [streams({ label, threads, commitIntervalMs })],
    }))
  const apart = { broker: pinned.broker, cores: pinned.peer }
  const together = { broker: both, cores: both }
  return [
    ...streamsOn(1, apart),
    {
      ...{ contender: 'flywheel', name: 'flywheel', ...apart, share: 1 },
      start: label => [flywheel(stage, label)],
    },
    {
      // Its speed is constant, and with all records it would take minutes.
      ...{ contender: 'naive', name: 'naive kafkajs', ...apart, share: 0.1 },
      start: label => [naive(stage, label)],
    },
    ...streamsOn(2, together),
    {
      ...{ contender: 'flywheel', name: 'flywheel, 2 processes', ...together, share: 1 },
      start: label => [flywheel(stage, label), flywheel(stage, label)],
    },
  ]
}
