import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../../../core/faults.ts'
import { createKafkaClient } from '../connection/client.ts'
import { retryWithBackoff, toFault, waitForAbort, withTimeout } from '../faults.ts'
import { createAssignedConsumers, type GroupMembership } from './assigned-consumers.ts'
import { coPartitioningAssigner, topicsByPartition } from './assigner.ts'

/**
 * Is a member of the group until the signal is aborted or `work` fails. A membership that is lost (the brokers were away, or
 * another process took a partition over while this one was not heard of) is begun anew.
 */
export async function joinGroup(membership: GroupMembership, signal: AbortSignal): Promise<void> {
  const { settings, query, group, topics } = membership
  const isTransient = (error: unknown): boolean => error instanceof Fault && error.code === 'FLY_BROKER'
  for (let losses = 0; !signal.aborted; losses++) {
    // Says plainly that a topic is missing; an outage is waited out.
    await retryWithBackoff(() => query.partitions(topics, true), isTransient, signal).catch(error => {
      if (!signal.aborted) throw error
    })
    if (signal.aborted) return
    const since = Date.now()
    const lost = await runMembership(membership, signal)
    if (signal.aborted) return
    if (Date.now() - since > 60_000) losses = 0
    // The first moments of a broker, and a change of coordinator, are no news.
    const level = losses === 0 && lost?.code === 'FLY_BROKER' ? 'info' : 'warn'
    settings.logger?.[level]({ group, error: lost?.message }, 'membership of the group was lost, joining again')
    await sleep(Math.min(5_000, 100 * 2 ** losses), undefined, { signal }).catch(() => {})
  }
}

/** How long leaving may take. */
const leaveTimeoutMs = 2_000

/** One membership; returns why it was lost, undefined when the signal ended it. Throws what `work` threw. */
async function runMembership(membership: GroupMembership, signal: AbortSignal): Promise<Fault | undefined> {
  const { settings, group, topics } = membership
  const { sessionMs = 30_000 } = settings
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
    rebalanceTimeout: Math.max(sessionMs, 30_000),
    heartbeatInterval: Math.min(1_000, sessionMs / 3),
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    // All its partitions are paused, so this is how often it looks whether a heartbeat is due.
    maxWaitTimeInMs: 100,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8, restartOnFailure: async () => false },
  })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberId, memberAssignment } }) => {
    // The consumer only keeps the membership; tasks fetch for themselves.
    consumer.pause(topics.map(topic => ({ topic })))
    consumers.assign(memberId, topicsByPartition(memberAssignment))
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
    lost ??= toFault(error, `stay in the group ${group}`, { group })
    ending.abort()
  })
  const running = (async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} })
  })().catch(error => {
    lost ??= toFault(error, `join the group ${group}`, { group })
    ending.abort()
  })
  try {
    await waitForAbort(AbortSignal.any([signal, ending.signal]))
    await consumers.finished()
  } finally {
    const leaving = async (): Promise<void> => {
      // Stopping leaves the group; a join that is still waiting for others is cut off.
      await consumer.stop().catch(() => {})
      close()
      await running
      await consumer.disconnect().catch(() => {})
    }
    // Where the brokers are away, kafkajs tries for longer than is worth waiting for: the session ends without it.
    await withTimeout(leaveTimeoutMs, `leave the group ${group}`, leaving()).catch(() => {})
    close()
    await consumers.close()
  }
  if (lost && !['FLY_BROKER', 'FLY_FENCED', 'FLY_TOPIC'].includes(lost.code)) throw lost
  return lost
}
