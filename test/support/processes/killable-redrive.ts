import { redrive } from '#runtime/dead-letters/redrive.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'

/**
 * Re-drives the strategist's dead letters in its own process, as the command does. Arguments: brokers or a folder; after how
 * many writes (appends and commits) it kills itself.
 */
const [where = '', writes = 'Infinity'] = process.argv.slice(2)
const log = where.includes('/')
  ? openEmbeddedLog(where)
  : await openKafkaLog({ brokers: where.split(','), clientId: 'redrive', replication: 1, sessionMs: 6_000 })

let writesLeft = Number(writes)
const countWrite = async <T>(writing: Promise<T>): Promise<T> => {
  const written = await writing
  writesLeft--
  if (writesLeft <= 0) process.kill(process.pid, 'SIGKILL')
  return written
}
const killableLog: EventLog = {
  ...log,
  append: records => countWrite(log.append(records)),
  join: (group, topics, work, signal) =>
    log.join(
      group,
      topics,
      task => {
        const commit: typeof task.commit = (outputs, consumed) => countWrite(task.commit(outputs, consumed))
        return work({
          ...{ partition: task.partition, signal: task.signal, uncommitted: task.uncommitted, commit },
          takeGaps: () => task.takeGaps(),
          poll: max => task.poll(max),
        })
      },
      signal,
    ),
}
await redrive(killableLog, { service: 'strategist' }, new AbortController().signal)
await log.close()
