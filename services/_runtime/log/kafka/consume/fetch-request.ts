import type { Cluster } from 'kafkajs'
import type { TopicPartition } from '../../event-log.ts'
import { type FetchedPartition, findBroker } from '../connection/kafkajs-broker.ts'

const maxBytes = { perPartition: 1_048_576, perRequest: 10_485_760, singlePartition: 52_428_800 } as const

/** What a broker sent of a partition, and the position it was asked for. */
export type FetchResult<P> = { readonly requested: P; readonly position: number; readonly fetched: FetchedPartition }

/** Sends one fetch request for partitions that a broker leads. It waits up to `maxWaitMs` for records. A single partition may fill a large response. */
export async function requestRecords<P extends TopicPartition & { readonly position: number }>(
  cluster: Cluster,
  node: string,
  partitions: readonly P[],
  maxWaitMs: number,
  isSingle: boolean,
): Promise<readonly FetchResult<P>[]> {
  // After a change of leaders, an answer of another broker may move a position while this request is in flight.
  const requests = partitions.map(requested => ({ requested, position: requested.position }))
  const broker = await findBroker(cluster, node)
  const { responses } = await broker.fetch({
    ...{ isolationLevel: 1, minBytes: 1, maxWaitTime: maxWaitMs },
    maxBytes: isSingle ? maxBytes.singlePartition : maxBytes.perRequest,
    topics: requests.map(({ requested: { topic, partition }, position }) => ({
      topic,
      partitions: [
        {
          ...{ partition, fetchOffset: String(position) },
          maxBytes: isSingle ? maxBytes.singlePartition : maxBytes.perPartition,
        },
      ],
    })),
  })
  return responses.flatMap(({ topicName, partitions: fetchedPartitions }) =>
    fetchedPartitions.flatMap(fetched => {
      const request = requests.find(
        ({ requested }) => requested.topic === topicName && requested.partition === fetched.partition,
      )
      return request ? { ...request, fetched } : []
    }),
  )
}
