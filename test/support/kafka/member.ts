import type { PartitionConsumer } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'

/**
 * A member of a group in a process of its own: copies a topic to another until SIGTERM, and tells on standard output which
 * partitions it was given. Nothing here ends the process: it must end by itself. Arguments: brokers, group, input, output.
 */
const [brokers = '', group = '', input = '', output = ''] = process.argv.slice(2)
const log = await openKafkaLog({ brokers: brokers.split(','), clientId: 'member', replication: 1, sessionMs: 6_000 })
const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())

async function copy(task: PartitionConsumer): Promise<void> {
  console.log(`given ${task.partition}`)
  while (!task.signal.aborted) {
    const records = await task.poll(20)
    const last = records.at(-1)
    if (!last) continue
    const copies = records.map(({ key, value }) => ({ topic: output, key, value }))
    await task.commit(copies, [{ topic: input, partition: task.partition, offset: last.offset + 1 }])
  }
}

await log.join(group, [input], copy, ending.signal)
await log.close()
console.log('left')
