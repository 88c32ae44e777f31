import { openKafkaLog } from '#runtime/log/kafka.ts'
import { redrive } from '#runtime/redrive.ts'

/**
 * Re-drives the strategist's dead letters in a process of its own, which may be killed: as the command does, but as a member
 * that is missed after 6 seconds instead of 30. Tells its progress on standard error. Argument: brokers.
 */
const log = await openKafkaLog({
  ...{ brokers: (process.argv[2] ?? '').split(','), clientId: 'redrive', replication: 1, sessionMs: 6_000 },
})
const onMoved = (moved: number, of: number): void => void process.stderr.write(`${moved} of ${of} re-driven\n`)
await redrive(log, { service: 'strategist', onMoved }, new AbortController().signal)
await log.close()
