import { describe } from 'vitest'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { eventLogContract } from '#test/contract/event-log/suite.ts'
import { sharedKafka } from '#test/support/servers/shared-servers.ts'

const kafka = await sharedKafka()

describe.skipIf(!kafka)('on a real broker', () => {
  eventLogContract('kafka event log', async () => {
    const open = () =>
      openKafkaLog({
        ...{ brokers: [kafka?.brokers ?? ''], clientId: 'contract', replication: 1 },
        ...{ sessionMs: 6_000, partitionsRefreshMs: 100 },
      })
    const log = await open()
    return {
      log,
      restart: async () => {
        await log.close()
        return open()
      },
    }
  })
})
