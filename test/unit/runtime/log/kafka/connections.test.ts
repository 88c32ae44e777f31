import type { Cluster } from 'kafkajs'
import { expect, test } from 'vitest'
import { createKafkaClient, type KafkaClient } from '#runtime/log/kafka/connection/client.ts'
import { createClusterMetadata } from '#runtime/log/kafka/consume/cluster-metadata.ts'

/** A client whose cluster does as it is told. */
const clientOf = (cluster: Partial<Cluster>): KafkaClient =>
  ({
    kafka: {
      consumer: ({ partitionAssigners: [assigner] }: { partitionAssigners: ((given: object) => void)[] }) =>
        assigner?.({ cluster }),
    },
    dropConnections: () => {},
    close: () => {},
  }) as unknown as KafkaClient

test('connections that are made anew while partitions are being located are a transient fault', async () => {
  const connected = Promise.withResolvers<void>()
  const outage = new Error('Closed connection')
  const view = createClusterMetadata(
    clientOf({
      connect: () => connected.promise,
      addMultipleTargetTopics: () => Promise.reject(outage),
      refreshMetadata: () => Promise.reject(outage),
    }),
  )
  const locating = view.load(['any'])
  await view.refresh()
  connected.resolve()
  await expect(locating).rejects.toBe(outage)
  await expect(view.nearestOffset('any', 0, 7)).rejects.toMatchObject({ code: 'FLY_BROKER' })
})

test('a closed client connects to nobody, however often kafkajs tries again', async () => {
  const { kafka, close } = createKafkaClient({ brokers: ['127.0.0.1:9'], clientId: 'test', replication: 1 })
  close()
  await expect(kafka.admin().connect()).rejects.toThrow('the client was closed')
})
