import type { Cluster } from 'kafkajs'
import { expect, test } from 'vitest'
import type { KafkaClient } from '#runtime/log/kafka/connection/client.ts'
import { createClusterMetadata } from '#runtime/log/kafka/consume/cluster-metadata.ts'

/** A client that opens the cluster given. */
const clientOf = (cluster: Partial<Cluster>): KafkaClient =>
  ({
    kafka: {
      consumer: ({ partitionAssigners: [assigner] }: { partitionAssigners: ((given: object) => void)[] }) =>
        assigner?.({ cluster }),
    },
    dropConnections: () => {},
    close: () => {},
  }) as unknown as KafkaClient

test('when connections are reopened while leaders are loaded, that is a transient fault', async () => {
  const connected = Promise.withResolvers<void>()
  const outage = new Error('Closed connection')
  const metadata = createClusterMetadata(
    clientOf({
      connect: () => connected.promise,
      addMultipleTargetTopics: () => Promise.reject(outage),
      refreshMetadata: () => Promise.reject(outage),
    }),
  )
  const loading = metadata.load(['any'])
  await metadata.refresh()
  connected.resolve()
  await expect(loading).rejects.toBe(outage)
  await expect(metadata.bounds('any', 0)).rejects.toMatchObject({ code: 'FLY_BROKER' })
})
