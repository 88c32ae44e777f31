import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from 'kafkajs'
import { backoffMs } from '../../../core/backoff.ts'
import { Fault } from '../../../core/faults.ts'
import { type KafkaSettings, withAdmin } from '../connection/client.ts'
import { findBroker, findReachableBroker, transactionCoordinator } from '../connection/kafkajs-broker.ts'
import { errorType, isTransient, rootCause } from '../faults.ts'
import type { ClusterQuery } from './cluster-query.ts'

/** The requests of a transaction, by their number in Kafka's protocol. */
const transactionRequests = {
  22: 'InitProducerId',
  24: 'AddPartitionsToTxn',
  25: 'AddOffsetsToTxn',
  26: 'EndTxn',
  28: 'TxnOffsetCommit',
}

const coordinatorBackoff = { firstMs: 20, maxMs: 500 } as const

/** An id that is never used for a transaction. */
const probeTransaction = { transactionalId: 'flywheel-probe', transactionTimeout: 10_000 } as const

/**
 * Checks at the start what would otherwise fail at the first commit, which would retry without end. A cluster that is starting has until
 * `deadline` (ms since 1970) to have a transaction coordinator. FLY_CONFIG when the brokers do not support transactions, by
 * protocol or by configuration. FLY_BROKER when there is no coordinator and the reason is not known.
 */
export async function verifyTransactionSupport(
  settings: KafkaSettings,
  query: ClusterQuery,
  deadline: number,
): Promise<void> {
  const missing = await query.runOnCluster('read the protocol versions of the brokers', missingRequests)
  if (missing.length > 0)
    throw new Fault(
      'FLY_CONFIG',
      `the brokers at ${settings.brokers.join(', ')} do not support transactions (${missing.join(', ')}), which exactly-once processing needs: set FLYWHEEL_KAFKA to Apache Kafka, or to a server that supports its whole protocol`,
      { missing },
    )
  const hasCoordinator = (): Promise<boolean> =>
    query.runOnCluster('find the transaction coordinator', hasTransactionCoordinator).catch(error => {
      // The coordinator's broker may have just stopped.
      if (!isTransient(error) || Date.now() > deadline) throw error
      return false
    })
  for (let attempt = 0; !(await hasCoordinator()); attempt++) {
    if (Date.now() > deadline) throw await transactionSupportFault(settings, query)
    await sleep(backoffMs(attempt, coordinatorBackoff))
  }
}

async function missingRequests(cluster: Cluster): Promise<readonly string[]> {
  const versions = await (await findReachableBroker(cluster)).apiVersions()
  return Object.entries(transactionRequests).flatMap(([key, name]) => (versions[Number(key)] ? [] : [name]))
}

async function hasTransactionCoordinator(cluster: Cluster): Promise<boolean> {
  try {
    const { transactionalId: groupId } = probeTransaction
    const broker = await findReachableBroker(cluster)
    const { coordinator } = await broker.findGroupCoordinator({ groupId, coordinatorType: transactionCoordinator })
    await (await findBroker(cluster, coordinator.nodeId)).initProducerId(probeTransaction)
    return true
  } catch (error) {
    if (rootCause(error).type === undefined) throw error
    // Every other error (loading, busy, not authorised) comes from a coordinator that exists.
    return errorType(error) !== 'GROUP_COORDINATOR_NOT_AVAILABLE'
  }
}

/** Kafka stores transactions in a topic, which it cannot create with more replicas than there are brokers. */
const transactionReplicasConfig = 'transaction.state.log.replication.factor'

async function transactionSupportFault(settings: KafkaSettings, query: ClusterQuery): Promise<Fault> {
  const { brokers } = await query.runOnCluster('list the brokers', cluster => cluster.metadata())
  const at = settings.brokers.join(', ')
  const replicas = await readBrokerConfig(settings, String(brokers[0]?.nodeId))
  if (replicas > brokers.length)
    return new Fault(
      'FLY_CONFIG',
      `the brokers at ${at} cannot store transactions, which exactly-once processing needs: their ${transactionReplicasConfig} is ${replicas}, more than the number of brokers (${brokers.length}); start more, or lower it and transaction.state.log.min.isr in the brokers' configuration`,
      { replicas, brokers: brokers.length },
    )
  return new Fault(
    'FLY_BROKER',
    `the brokers at ${at} have no transaction coordinator: check that all are running, and what they log about __transaction_state`,
  )
}

/** kafkajs's ConfigResourceTypes.BROKER, which cannot be imported from an ES module. */
const brokerConfigResource = 4

/** A setting of a broker; 0 where the broker does not say. */
async function readBrokerConfig(settings: KafkaSettings, nodeId: string): Promise<number> {
  try {
    const resources = [{ type: brokerConfigResource, name: nodeId, configNames: [transactionReplicasConfig] }]
    const answer = await withAdmin(settings, admin => admin.describeConfigs({ includeSynonyms: false, resources }))
    return Number(answer.resources[0]?.configEntries[0]?.configValue ?? 0)
  } catch {
    return 0
  }
}
