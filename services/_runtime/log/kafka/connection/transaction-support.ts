import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker, Cluster } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { errorType, rootCause } from '../faults.ts'
import { createKafkaClient, type KafkaSettings } from './client.ts'
import type { ClusterQuery } from './cluster-query.ts'

/** The requests that a transaction consists of, by their number in Kafka's protocol. */
const transactionRequests = {
  22: 'InitProducerId',
  24: 'AddPartitionsToTxn',
  25: 'AddOffsetsToTxn',
  26: 'EndTxn',
  28: 'TxnOffsetCommit',
}

/** How long a cluster that is just starting may take until it has a coordinator of transactions, in ms. */
const coordinatorTimeoutMs = 12_000

/** No transaction is ever made under it. */
const probeTransaction = { transactionalId: 'flywheel-probe', transactionTimeout: 10_000 } as const

/** What kafkajs's brokers can do as well; its types leave it out. */
type CoordinatorLookupBroker = Broker & {
  findGroupCoordinator(of: { groupId: string; coordinatorType: 1 }): Promise<{ coordinator: { nodeId: number } }>
  initProducerId(of: typeof probeTransaction): Promise<unknown>
}

/**
 * FLY_CONFIG when the brokers cannot do transactions, by protocol or by how they are set up: what the service would otherwise
 * find out with its first commit, and retry for ever. FLY_BROKER when there is no telling why.
 */
export async function verifyTransactionSupport(settings: KafkaSettings, query: ClusterQuery): Promise<void> {
  const missing = await query.runOnCluster('ask what the brokers can do', missingRequests)
  if (missing.length > 0)
    throw new Fault(
      'FLY_CONFIG',
      `the brokers at ${settings.brokers.join(', ')} have no transactions (${missing.join(', ')}), which exactly-once needs: set FLYWHEEL_KAFKA to Apache Kafka, or to what speaks all of its protocol`,
      { missing },
    )
  const deadline = Date.now() + coordinatorTimeoutMs
  const found = (): Promise<boolean> =>
    query.runOnCluster('look for the coordinator of transactions', hasTransactionCoordinator).catch(error => {
      // The coordinator's broker may have died just now.
      if ((error as Fault).code !== 'FLY_BROKER' || Date.now() > deadline) throw error
      return false
    })
  for (let wait = 20; !(await found()); wait *= 2) {
    if (Date.now() > deadline) throw await transactionSupportFault(settings, query)
    await sleep(Math.min(wait, 500))
  }
}

async function missingRequests(cluster: Cluster): Promise<readonly string[]> {
  const versions = await (await findReachableBroker(cluster)).apiVersions()
  return Object.entries(transactionRequests).flatMap(([key, name]) => (versions[Number(key)] ? [] : [name]))
}

async function findReachableBroker(cluster: Cluster): Promise<CoordinatorLookupBroker> {
  // One that was made anew after a failure knows no brokers yet.
  await cluster.refreshMetadataIfNecessary()
  for (const node of cluster.getNodeIds()) {
    const broker = await cluster.findBroker({ nodeId: String(node) }).catch(() => undefined)
    if (broker) return broker as CoordinatorLookupBroker
  }
  throw new Fault('FLY_BROKER', 'none of the brokers can be reached')
}

async function hasTransactionCoordinator(cluster: Cluster): Promise<boolean> {
  try {
    const { transactionalId: groupId } = probeTransaction
    const { coordinator } = await (await findReachableBroker(cluster)).findGroupCoordinator({
      groupId,
      coordinatorType: 1,
    })
    const broker = (await cluster.findBroker({ nodeId: String(coordinator.nodeId) })) as CoordinatorLookupBroker
    await broker.initProducerId(probeTransaction)
    return true
  } catch (error) {
    if (rootCause(error).type === undefined) throw error
    // Any other answer (it is loading, it is busy, this user may not) comes from one that is there.
    return errorType(error) !== 'GROUP_COORDINATOR_NOT_AVAILABLE'
  }
}

/** Kafka keeps transactions in a topic of its own, which it cannot make with more replicas than there are brokers. */
const transactionReplicasConfig = 'transaction.state.log.replication.factor'

async function transactionSupportFault(settings: KafkaSettings, query: ClusterQuery): Promise<Fault> {
  const { brokers } = await query.runOnCluster('count the brokers', cluster => cluster.metadata())
  const at = settings.brokers.join(', ')
  const replicas = await readBrokerConfig(settings, String(brokers[0]?.nodeId))
  if (replicas > brokers.length)
    return new Fault(
      'FLY_CONFIG',
      `the brokers at ${at} cannot do transactions, which exactly-once needs: ${transactionReplicasConfig} is ${replicas}, and ${brokers.length} of them can be had; start more, or set it to at most ${brokers.length} there, and transaction.state.log.min.isr too`,
      { replicas, brokers: brokers.length },
    )
  return new Fault(
    'FLY_BROKER',
    `the brokers at ${at} had no coordinator of transactions for ${coordinatorTimeoutMs / 1000} s: see that all are up, and what they log of __transaction_state`,
  )
}

/** kafkajs's ConfigResourceTypes.BROKER, which Node does not see among its exports. */
const brokerConfigResource = 4

/** The setting as a broker has it; 0 where it does not tell. */
async function readBrokerConfig(settings: KafkaSettings, name: string): Promise<number> {
  const { kafka, close } = createKafkaClient(settings)
  const admin = kafka.admin()
  try {
    await admin.connect()
    const resources = [{ type: brokerConfigResource, name, configNames: [transactionReplicasConfig] }]
    const answer = await admin.describeConfigs({ includeSynonyms: false, resources })
    return Number(answer.resources[0]?.configEntries[0]?.configValue ?? 0)
  } catch {
    return 0
  } finally {
    await admin.disconnect().catch(() => {})
    close()
  }
}
