import type { KafkajsBroker } from '../connection/kafkajs-broker.ts'
import type { ByPartition, PartitionsByTopic } from './by-partition.ts'

/** What a group has committed for a partition, with the marker of the commit; offset -1 where nothing is. */
export type CommittedOffset = { readonly offset: number; readonly commitMarker: string }

/** Asks a coordinator what a group has committed, as far as it knows. */
export async function fetchCommittedOffsets(
  coordinator: KafkajsBroker,
  groupId: string,
  partitions: PartitionsByTopic,
): Promise<ByPartition<CommittedOffset>> {
  const topics = Array.from(partitions, ([topic, numbers]) => ({
    topic,
    partitions: numbers.map(partition => ({ partition, offset: '-1' })),
  }))
  const { responses } = await coordinator.offsetFetch({ groupId, topics })
  return new Map(
    responses.map(({ topic, partitions: answered }) => [
      topic,
      new Map(
        answered.map(({ partition, offset, metadata }) => [
          partition,
          { offset: Number(offset), commitMarker: metadata ?? '' },
        ]),
      ),
    ]),
  )
}
