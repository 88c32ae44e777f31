import type { PartitionConsumer } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'

/**
 * A member of a group in its own process. It copies a topic to another until SIGTERM, and prints which partitions it was
 * assigned. The process must end by itself: nothing here calls exit. Arguments: brokers, group, input, output, and for how many
 * milliseconds a record with the value `heavy` holds the event loop.
 */
const [brokers = '', group = '', input = '', output = '', heavyMs = '0'] = process.argv.slice(2)
const log = await openKafkaLog({ brokers: brokers.split(','), clientId: 'member', replication: 1, sessionMs: 6_000 })
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())

async function copy(task: PartitionConsumer): Promise<void> {
  console.log(`assigned ${task.partition}`)
  while (!task.signal.aborted) {
    const records = await task.poll(20)
    const last = records.at(-1)
    if (!last) continue
    if (records.some(({ value }) => String(value) === 'heavy'))
      for (const end = performance.now() + Number(heavyMs); performance.now() < end; );
    const copies = records.map(({ key, value }) => ({ topic: output, key, value }))
    await task.commit(copies, [{ topic: input, partition: task.partition, offset: last.offset + 1 }])
  }
}

await log.join(group, [input], copy, stopping.signal)
await log.close()
console.log('left')
