import type { Cluster } from 'kafkajs'
import type { Fault, FaultCode } from '../../../core/faults.ts'
import { errorType, retryWithBackoff, toFault } from '../faults.ts'
import { createKafkaClient, type KafkaSettings, openCluster } from './client.ts'

/** How often a question is asked that fails. A topic that was just made is not known to every broker at once. */
const maxAttemptsByCode: Partial<Record<FaultCode, number>> = { FLY_BROKER: 8, FLY_TOPIC: 4 }
/** And where a partition has no leader that knows of it yet, as when many topics were just made: some fifteen seconds. */
const leaderless = { types: ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'], maxAttempts: 20 }

export type RunOnCluster = <T>(action: string, operation: (cluster: Cluster) => Promise<T>) => Promise<T>

export type AdminConnection = {
  readonly runOnCluster: RunOnCluster
  /** What is known without asking, if anything. */
  readonly cachedCluster: () => Cluster | undefined
  readonly close: () => Promise<void>
}

/** Questions to the brokers, over one connection for the life of the log, made anew when it fails. */
export function createAdminConnection(settings: KafkaSettings): AdminConnection {
  const client = createKafkaClient(settings)
  const closing = new AbortController()
  let cluster: Cluster | undefined
  // One question at a time: kafkajs opens a connection for each request that comes before there is one, and forgets it.
  let lastOperation: Promise<unknown> = Promise.resolve()

  const attempt = async <T>(doing: string, question: (cluster: Cluster) => Promise<T>): Promise<T> => {
    try {
      cluster ??= openCluster(client)
      await cluster.connect()
      return await question(cluster)
    } catch (error) {
      // kafkajs asks for the metadata of all topics it ever heard of, and fails when one of them is gone.
      cluster = undefined
      client.dropConnections()
      throw toFault(error, doing, { type: errorType(error) })
    }
  }

  return {
    cachedCluster: () => cluster,
    runOnCluster(doing, question) {
      const enqueue = () => {
        const answer = lastOperation.then(() => attempt(doing, question))
        lastOperation = answer.catch(() => {})
        return answer
      }
      const shouldRetry = (error: unknown, tries: number): boolean => {
        const { code, details } = error as Fault
        return (
          tries <
          (leaderless.types.includes(String(details.type)) ? leaderless.maxAttempts : (maxAttemptsByCode[code] ?? 0))
        )
      }
      return retryWithBackoff(enqueue, shouldRetry, closing.signal)
    },
    async close() {
      closing.abort()
      // Nobody waits for an answer any more.
      client.close()
      await lastOperation
      await cluster?.disconnect()
    },
  }
}
