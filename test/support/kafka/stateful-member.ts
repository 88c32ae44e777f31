import type { LogRecord, PartitionConsumer } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { openPartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import { createLogger } from '#runtime/telemetry/telemetry.ts'
import type { ServiceName } from '#topology/types.ts'

/**
 * A service in a process of its own that remembers of each key how often it was seen and the last number it had. It tells on
 * standard output what it restored, and how many changelog records it read for that. Arguments: brokers, service, input,
 * home, and after how many commits it kills itself before the copy is written (0: never).
 */
const [brokers = '', name = '', input = '', home = '', commits = '0'] = process.argv.slice(2)
const service = name as ServiceName
const log = await openKafkaLog({ brokers: brokers.split(','), clientId: 'member', replication: 1, sessionMs: 6_000 })
const openSnapshot = createSnapshotOpener(home, createLogger({ logLevel: 'error' }))
const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())
let commitsLeft = Number(commits)

async function countKeys(task: PartitionConsumer): Promise<void> {
  const { partition, signal } = task
  let read = 0
  const counting: typeof log = {
    ...log,
    read: (topics, options, onRecords, until) => {
      const counted = (records: readonly LogRecord[]) => {
        read += records.length
        return onRecords(records)
      }
      return log.read(topics, options, counted, until)
    },
  }
  const memory = await openPartitionState({ log: counting, openSnapshot }, service, true, partition, signal)
  const { state } = memory
  console.log(JSON.stringify({ partition, keys: state.keyCount, read }))
  try {
    while (!signal.aborted) {
      const records = await task.poll(20)
      const last = records.at(-1)
      if (!last) continue
      for (const { key, value } of records) {
        const { count = 0 } = state.get<{ count: number }>('seen', String(key)) ?? {}
        state.apply([{ collection: 'seen', key: String(key), value: { count: count + 1, last: Number(value) } }])
      }
      const ends = await task.commit(memory.changelogRecords(), [{ topic: input, partition, offset: last.offset + 1 }])
      if (--commitsLeft === 0) process.kill(process.pid, 'SIGKILL')
      memory.markCommitted(ends)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    memory.close()
  }
}

await log.join(service, [input], countKeys, ending.signal)
await log.close()
