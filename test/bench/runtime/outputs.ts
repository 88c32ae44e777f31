import { crc32 } from 'node:zlib'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { topic } from '#topology/topic-names.ts'
import type { BenchCluster } from './bench-cluster.ts'

/** The outputs of a run, between two ends of the output topic. */
export type OutputRun = {
  readonly name: string
  /** Expected records; undefined where the run was stopped early. */
  readonly records: number | undefined
  readonly ends: ReadonlyMap<number, number>
}

/**
 * Reads all committed outputs after the clock has stopped, and checks that every complete run wrote one per record and that all
 * runs wrote the same: the count and an order-independent sum of checksums agree. `runs` are in the order in which they ran.
 */
export async function verifyOutputs({ world }: BenchCluster, runs: readonly OutputRun[]): Promise<void> {
  const tallies = runs.map(() => ({ count: 0, checksum: 0 }))
  const runOf = ({ partition, offset }: LogRecord): number =>
    runs.findIndex(({ ends }) => offset < (ends.get(partition) ?? 0))
  const fold = (records: readonly LogRecord[]): void => {
    for (const record of records) {
      const tally = tallies[runOf(record)]
      if (!tally || !record.value) continue
      tally.count++
      tally.checksum = (tally.checksum + crc32(record.value)) % Number.MAX_SAFE_INTEGER
    }
  }
  await world.log.read(
    [topic.selectedSamples],
    { from: 'beginning', follow: false },
    fold,
    new AbortController().signal,
  )
  const whole = runs.flatMap((run, index) => (run.records === undefined ? [] : [{ ...run, ...tallies[index] }]))
  for (const { name, records, count, checksum } of whole)
    if (count !== records || checksum !== whole[0]?.checksum)
      throw new Error(`${name} wrote ${count} outputs for ${records} records, or not the same as ${whole[0]?.name}`)
}
