import type { LogRecord, PartitionConsumer } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { isBarrier } from '#runtime/state/changelog.ts'
import { openPartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import { firstShape } from '#runtime/state/state-shape.ts'
import { createLogger } from '#runtime/telemetry/telemetry.ts'
import { unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import type { ServiceName } from '#topology/types.ts'

/**
 * A service with state in its own process. For each key it stores the count of records and the last number. It prints what it
 * restored and how many changes it read for that. Arguments: brokers, service, input, home, and after how many
 * commits it kills itself before the snapshot is written (0: never).
 */
const [brokers = '', name = '', input = '', home = '', commits = '0'] = process.argv.slice(2)
const service = name as ServiceName
const log = await openKafkaLog({ brokers: brokers.split(','), clientId: 'member', replication: 1, sessionMs: 6_000 })
const openSnapshot = createSnapshotOpener(home, createLogger({ logLevel: 'error' }))
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
let commitsLeft = Number(commits)

async function countKeys(task: PartitionConsumer): Promise<void> {
  const { partition, signal } = task
  let read = 0
  const counting: typeof log = {
    ...log,
    read: (topics, options, onRecords, until) => {
      const counted = (records: readonly LogRecord[]) => {
        read += records.filter(record => !isBarrier(record)).length
        return onRecords(records)
      }
      return log.read(topics, options, counted, until)
    },
  }
  const partitionState = await openPartitionState(
    { log: counting, openSnapshot },
    service,
    firstShape,
    task,
    unobserved,
  )
  const { state } = partitionState
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
      const ends = await task.commit(partitionState.changelogRecords(), [
        { topic: input, partition, offset: last.offset + 1 },
      ])
      if (--commitsLeft === 0) process.kill(process.pid, 'SIGKILL')
      await partitionState.markCommitted(ends)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    partitionState.close()
  }
}

await log.join(service, [input], countKeys, stopping.signal)
await log.close()
