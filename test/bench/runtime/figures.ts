import { table } from '../table.ts'
import { type ContenderName, type ContenderResult, pinned } from './compare.ts'
import type { EmbeddedResult } from './embedded.ts'
import type { Latency } from './latency.ts'
import type { MemoryUse } from './memory.ts'
import type { Restart } from './restart.ts'

/** The results of the parts that ran. */
export type Figures = {
  readonly throughput?: readonly ContenderResult[]
  readonly latencyMs?: { readonly flywheel: Latency; readonly kafkaStreams: Latency }
  readonly memory?: MemoryUse
  readonly restart?: Restart
  readonly embedded?: EmbeddedResult
}

/** Throughput on one core divided by that of Kafka Streams at its best, and of the naive loop; undefined without both. */
export function ratios(rows: readonly ContenderResult[]) {
  const ratio = (peer: ContenderName, of: 'recordsPerSecond' | 'secondHalf'): number | undefined => {
    const best = (name: ContenderName): number =>
      Math.max(0, ...rows.filter(row => row.cores === pinned.peer && row.contender === name).map(row => row[of]))
    const found = best('flywheel') / best(peer)
    return Number.isFinite(found) && found > 0 ? Number(found.toFixed(2)) : undefined
  }
  return {
    ratioKafkaStreams: ratio('streams', 'recordsPerSecond'),
    ratioKafkaStreamsSecondHalf: ratio('streams', 'secondHalf'),
    ratioNaive: ratio('naive', 'recordsPerSecond'),
  }
}

/** The figures as text. */
export function figureTables({ throughput, latencyMs, memory, restart, embedded }: Figures): string {
  const parts: string[] = []
  if (throughput) {
    const head = ['records/s until read committed', 'cores', 'all', 'second half', 'cpu (µs a record)']
    const row = ({ name, cores, recordsPerSecond, secondHalf, cpuMicros }: ContenderResult) =>
      [name, cores, recordsPerSecond, secondHalf, cpuMicros] as const
    parts.push(table([head, ...throughput.map(row)]))
    const found = Object.entries(ratios(throughput)).filter(([, ratio]) => ratio !== undefined)
    parts.push(found.map(([name, ratio]) => `${name} ${ratio}`).join(', '))
  }
  if (latencyMs) {
    const row = (name: string, { p50, p95, p99 }: Latency) => [name, p50, p95, p99]
    const head = ['ms at 500 records/s', 'p50', 'p95', 'p99']
    const rows = [row('flywheel', latencyMs.flywheel), row('kafka streams, 100 ms', latencyMs.kafkaStreams)]
    parts.push(table([head, ...rows]))
  }
  for (const [name, part] of Object.entries({ memory, restart, embedded }))
    if (part) parts.push(table([[name, ''], ...Object.entries(part)]))
  return parts.join('\n\n')
}
