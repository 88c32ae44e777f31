import type { Cluster } from 'kafkajs'
import { Fault, type FaultCode } from '../../../core/faults.ts'
import { createKafkaClient, type KafkaSettings, openCluster } from '../connection/client.ts'
import { errorType, toFault } from '../faults.ts'
import { retryWithBackoff } from '../retry.ts'

/** Attempts of an operation, by its fault. A new topic is not known to every broker at once, and a broker that was away learns late: about three seconds. */
const maxAttemptsByCode: Partial<Record<FaultCode, number>> = { FLY_BROKER: 9, FLY_TOPIC: 8 }
/** Attempts while a partition has no leader, as after many topics were created: about fifteen seconds. */
const maxAttemptsWithoutLeader = 24
const leaderlessTypes = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']

/** Runs an operation on the cluster, with retries. `action` completes "cannot ..." in the message of its fault. */
export type RunOnCluster = <T>(action: string, operation: (cluster: Cluster) => Promise<T>) => Promise<T>

export type AdminConnection = {
  readonly runOnCluster: RunOnCluster
  /** The connected cluster, for what can be read without a request; undefined before the first operation and after a failure. */
  readonly cachedCluster: () => Cluster | undefined
  readonly close: () => Promise<void>
}

/** One connection to the cluster for as long as the log is open. It is reopened after a failure. */
export function createAdminConnection(settings: KafkaSettings): AdminConnection {
  const client = createKafkaClient(settings)
  const closing = new AbortController()
  let cluster: Cluster | undefined
  // One operation at a time: for requests that come before it has a connection, kafkajs opens one each and leaks all but one.
  let lastOperation: Promise<unknown> = Promise.resolve()

  const attempt = async <T>(action: string, operation: (cluster: Cluster) => Promise<T>): Promise<T> => {
    try {
      cluster ??= openCluster(client)
      await cluster.connect()
      return await operation(cluster)
    } catch (error) {
      // A cluster asks for the metadata of all topics it was ever asked for, and fails when one of them was deleted.
      cluster = undefined
      client.dropConnections()
      throw toFault(error, action, { type: errorType(error) })
    }
  }

  return {
    cachedCluster: () => cluster,
    runOnCluster(action, operation) {
      const enqueue = () => {
        const result = lastOperation.then(() => attempt(action, operation))
        lastOperation = result.catch(() => {})
        return result
      }
      return retryWithBackoff(enqueue, shouldAskAgain, closing.signal)
    },
    async close() {
      closing.abort()
      client.close()
      await lastOperation
      await cluster?.disconnect()
    },
  }
}

/** Whether an operation that failed may succeed when it is tried again. */
export const shouldAskAgain = (error: unknown, attempts: number): boolean => attempts < maxAttempts(error)

function maxAttempts(error: unknown): number {
  if (!(error instanceof Fault)) return 0
  if (leaderlessTypes.includes(String(error.details.type))) return maxAttemptsWithoutLeader
  return maxAttemptsByCode[error.code] ?? 0
}
