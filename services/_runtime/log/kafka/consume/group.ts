import { pause, waitForAbort } from '../../../core/abort.ts'
import { backoffMs } from '../../../core/backoff.ts'
import { rejectOnTimeout } from '../../../core/deadline.ts'
import { Fault } from '../../../core/faults.ts'
import { createKafkaClient } from '../connection/client.ts'
import { isTransient, toFault } from '../faults.ts'
import { retryWithBackoff } from '../retry.ts'
import { createAssignedConsumers, type GroupMembership } from './assigned-consumers.ts'
import { coPartitioningAssigner, topicsByPartition } from './assigner.ts'
import { watchEventLoop } from './event-loop-watch.ts'

/** A membership that lasted this long was healthy: the next loss is retried quickly again. */
const stableMs = 60_000
const rejoinBackoff = { firstMs: 100, maxMs: 5_000 } as const

/**
 * Keeps a membership of the group until the signal is aborted or `consume` fails. kafkajs's consumer only keeps the membership:
 * it joins, sends heartbeats and is told the assignment, with all its partitions paused and an `eachBatch` that is never called.
 * The records come from `fetch.ts`, over connections of its own. A membership that is lost (the brokers could not be reached, or
 * another process took over a partition while this one sent no heartbeats) is replaced by a new one.
 *
 * A decision that holds the event loop for longer than the session would never be committed: each member in turn would lose the
 * partition over it. So a member whose process stood still joins again with a session that is three times as long.
 */
export async function joinGroup(membership: GroupMembership, signal: AbortSignal): Promise<void> {
  const { settings, query, group, topics } = membership
  let sessionMs = settings.sessionMs ?? defaultSessionMs
  const lengthenSession = (blockedMs: number): boolean => {
    const needed = Math.min(maxSessionMs, Math.ceil(3 * blockedMs))
    if (needed <= sessionMs) return false
    sessionMs = needed
    return true
  }
  for (let losses = 0; !signal.aborted; losses++) {
    // Throws FLY_TOPIC where a topic is missing, and waits while the brokers cannot be reached.
    await retryWithBackoff(() => query.partitions(topics, true), isTransient, signal).catch(error => {
      if (!signal.aborted) throw error
    })
    if (signal.aborted) return
    const since = Date.now()
    const lost = await runMembership(membership, sessionMs, lengthenSession, signal).finally(() =>
      membership.onMembership(undefined),
    )
    if (signal.aborted) return
    if (Date.now() - since > stableMs) losses = 0
    // One loss is normal while a broker starts or a coordinator changes.
    const level = losses === 0 && lost?.code === 'FLY_BROKER' ? 'info' : 'warn'
    settings.logger?.[level]({ group, error: lost?.message }, 'membership of the group was lost, joining again')
    await pause(backoffMs(losses, rejoinBackoff), signal)
  }
}

/** After this, kafkajs's attempts to leave are given up: without heartbeats the session ends by itself. */
const leaveTimeoutMs = 2_000
const defaultSessionMs = 30_000
/** Brokers refuse sessions above a limit of their own: 30 minutes in Kafka, 5 in Redpanda, if it was not changed. */
const maxSessionMs = 300_000

/**
 * One membership. Returns why it was lost; undefined when the signal ended it. Throws what `consume` threw. It is ended when
 * `lengthenSession` says, after the process stood still, that the next one needs a longer session.
 */
async function runMembership(
  membership: GroupMembership,
  sessionMs: number,
  lengthenSession: (blockedMs: number) => boolean,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const { settings, group, topics } = membership
  const ending = new AbortController()
  let lost: Fault | undefined
  const consumers = createAssignedConsumers(membership, AbortSignal.any([signal, ending.signal]), fault => {
    lost = fault
    ending.abort()
  })
  const { kafka, close } = createKafkaClient(settings)
  const consumer = kafka.consumer({
    groupId: group,
    partitionAssigners: [coPartitioningAssigner(consumers.assignedPartitions)],
    sessionTimeout: sessionMs,
    rebalanceTimeout: Math.max(sessionMs, defaultSessionMs),
    heartbeatInterval: Math.min(1_000, sessionMs / 3),
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    // All its partitions are paused: this is how often it checks whether a heartbeat is due.
    maxWaitTimeInMs: 100,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8, restartOnFailure: async () => false },
  })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberId, memberAssignment } }) => {
    consumer.pause(topics.map(topic => ({ topic })))
    const assigned = topicsByPartition(memberAssignment)
    consumers.assign(memberId, assigned)
    membership.onMembership(assigned.size)
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
    lost ??= toFault(error, `stay in group ${group}`, { group })
    ending.abort()
  })
  const running = (async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} })
  })().catch(error => {
    lost ??= toFault(error, `join group ${group}`, { group })
    ending.abort()
  })
  const stopWatching = watchEventLoop(blockedMs => {
    if (!lengthenSession(blockedMs)) return
    lost ??= new Fault(
      'FLY_BROKER',
      `the process stood still for ${Math.round(blockedMs)} ms: it needs a longer session`,
      {
        group,
      },
    )
    ending.abort()
  })
  try {
    await waitForAbort(AbortSignal.any([signal, ending.signal]))
    await consumers.finished()
  } finally {
    stopWatching()
    const leaving = async (): Promise<void> => {
      // Stopping leaves the group. Closing the connections ends a join that still waits for other members.
      await consumer.stop().catch(() => {})
      close()
      await running
      await consumer.disconnect().catch(() => {})
    }
    await rejectOnTimeout(leaveTimeoutMs, `leave group ${group}`, leaving()).catch(() => {})
    close()
    await consumers.close()
  }
  if (lost && !['FLY_BROKER', 'FLY_FENCED', 'FLY_TOPIC'].includes(lost.code)) throw lost
  return lost
}
