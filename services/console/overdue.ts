import type { Clock } from '#runtime/core/clock.ts'
import type { PartitionLag, Position } from '#runtime/log/event-log.ts'
import type { HttpApiContext } from '#runtime/service.ts'
import { topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'

const { withinSeconds } = topics[topic.scoredSamples].freshness

/** Where a production turn waits until it is scored: as a turn, then as a sample. */
const stages = [
  { service: 'sampler', topic: topic.chatLogs },
  { service: 'judge', topic: topic.selectedSamples },
] as const

type OverdueContext = Pick<HttpApiContext<'console'>, 'committedPositions' | 'positionsAt'>

/** Asks how many records on the way to a score were appended earlier than the freshness objective allows, and are not consumed. */
export function createOverdueCounter(
  context: OverdueContext,
  clock: Clock,
  lagOf: (service: ServiceName) => Promise<readonly PartitionLag[]>,
): () => Promise<number> {
  return async () => {
    const before = clock.now() - 1000 * withinSeconds
    const counts = await Promise.all(
      stages.map(async stage => {
        const [lag, committed, deadline] = await Promise.all([
          lagOf(stage.service),
          context.committedPositions(stage.service),
          context.positionsAt([stage.topic], before),
        ])
        const ofTopic = lag.filter(one => one.topic === stage.topic)
        return ofTopic.map(one => overdueRecords(one, before, offsetIn(committed, one), offsetIn(deadline, one)))
      }),
    )
    return counts.flat().reduce((sum, count) => sum + count, 0)
  }
}

/**
 * Records of a partition that were appended before a time, in ms since 1970, and are not consumed. `committed` is where the service
 * is, `deadline` the first offset that was appended at that time or later.
 */
export function overdueRecords(
  { records, oldest, problem }: PartitionLag,
  before: number,
  committed: number | undefined,
  deadline: number | undefined,
): number {
  if (oldest === null || oldest >= before) return 0
  // Without a position that counts, nothing tells which of the records are older: those that wait are told rather than hidden.
  if (problem !== undefined || committed === undefined || deadline === undefined) return records
  return Math.min(records, Math.max(1, deadline - committed))
}

const offsetIn = (positions: readonly Position[], { topic, partition }: PartitionLag): number | undefined =>
  positions.find(one => one.topic === topic && one.partition === partition)?.offset
