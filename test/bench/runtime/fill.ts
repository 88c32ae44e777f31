import { topic } from '#topology/topic-names.ts'
import type { BenchCluster } from './bench-cluster.ts'
import { createTurns } from './records.ts'

export const seed = 1

const batchSize = 2_000

/** Appends to the input until it has the given number of records. */
export function createFiller(
  { world }: Pick<BenchCluster, 'world'>,
  turnOf = createTurns(seed),
): (records: number) => Promise<void> {
  let filled = 0
  return async records => {
    while (filled < records) {
      const turns = Array.from({ length: Math.min(batchSize, records - filled) }, () => turnOf(filled++, Date.now()))
      await world.log.append(turns.map(turn => world.codec.record(topic.chatLogs, turn)))
    }
  }
}
