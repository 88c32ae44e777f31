import { expect, test } from 'vitest'
import { createKafkaClient } from '#runtime/log/kafka/connection/client.ts'

test('a closed client opens no connection, however often kafkajs retries', async () => {
  const { kafka, close } = createKafkaClient({ brokers: ['127.0.0.1:9'], clientId: 'test', replication: 1 })
  close()
  await expect(kafka.admin().connect()).rejects.toThrow('the client was closed')
})
