import { type Contender, createStreams, flywheel, naive } from './contenders.ts'
import { type Cores, pin } from './cores.ts'
import { type Run, verifyOutputs } from './outputs.ts'
import type { Stage } from './stage.ts'
import { measure, median, type Speed } from './throughput.ts'

/** Records/s of one way to run one contender: the median of its rounds. */
export type Row = {
  readonly name: string
  readonly cores: Cores
  readonly recordsPerSecond: number
  /** The same for the second half of the records, when both virtual machines have compiled what is hot. */
  readonly secondHalf: number
  readonly rounds: readonly Speed[]
}

export type ContenderName = 'flywheel' | 'streams' | 'naive'

type Entry = {
  readonly name: string
  readonly broker: Cores
  readonly cores: Cores
  readonly contenders: (round: number) => readonly [Contender, ...Contender[]]
  /** The share of the records that it is given: the naive loop's speed does not change, and it would take minutes. */
  readonly share: number
}

const rounds = 3
/** Kafka Streams commits every 100 ms by default when exactly once; longer transactions suit throughput. It gets its best. */
const commitIntervalsMs = [100, 1_000]

/** Each contender on one core with the broker on the other; then on both cores, two Flywheel processes against two stream threads. */
export async function compare(
  stage: Stage,
  records: number,
  wanted: (name: ContenderName) => boolean,
  tell: (what: string) => void,
): Promise<readonly Row[]> {
  const streams = await createStreams(stage)
  const streamsEntry = (threads: number, commitIntervalMs: number) => ({
    name: `kafka streams, ${threads} thread${threads > 1 ? 's' : ''}, commit every ${commitIntervalMs} ms`,
    contenders: (round: number): readonly [Contender] => [
      streams({ label: `${threads}-${commitIntervalMs}-${round}`, threads, commitIntervalMs }),
    ],
    share: 1,
  })
  const flywheelEntry = {
    name: 'flywheel',
    contenders: (round: number) => [flywheel(stage, `1-${round}`)] as const,
    share: 1,
  }
  const pair = {
    name: 'flywheel, 2 processes',
    contenders: (round: number) => [flywheel(stage, `2-${round}`), flywheel(stage, `2-${round}`)] as const,
    share: 1,
  }
  const naiveEntry = {
    name: 'naive kafkajs',
    contenders: (round: number) => [naive(stage, `${round}`)] as const,
    share: 0.1,
  }
  const pinned = { broker: '0', cores: '1' }
  const both = { broker: '0,1', cores: '0,1' }
  const entries: Entry[] = [
    ...(wanted('streams') ? commitIntervalsMs.map(every => ({ ...streamsEntry(1, every), ...pinned })) : []),
    ...(wanted('flywheel') ? [{ ...flywheelEntry, ...pinned }] : []),
    ...(wanted('naive') ? [{ ...naiveEntry, ...pinned }] : []),
    ...(wanted('streams') ? commitIntervalsMs.map(every => ({ ...streamsEntry(2, every), ...both })) : []),
    ...(wanted('flywheel') ? [{ ...pair, ...both }] : []),
  ]
  const speeds = new Map<Entry, Speed[]>(entries.map(entry => [entry, []]))
  const runs: Run[] = []
  for (let round = 1; round <= rounds; round++)
    for (const [entry, found] of speeds) {
      const { name, broker, cores, contenders, share } = entry
      pin(process.pid, broker)
      const speed = await measure(stage, contenders(round), cores, records * share)
      tell(`round ${round}, ${name} on ${cores}: ${speed.recordsPerSecond} records/s`)
      found.push(speed)
      runs.push({ name, records: share === 1 ? records : undefined, ends: await stage.outputEnds() })
    }
  tell('reading all outputs')
  await verifyOutputs(stage, runs)
  return [...speeds].map(([{ name, cores }, found]) => ({
    name,
    cores,
    recordsPerSecond: median(found.map(({ recordsPerSecond }) => recordsPerSecond)),
    secondHalf: median(found.map(({ secondHalf }) => secondHalf)),
    rounds: found,
  }))
}
