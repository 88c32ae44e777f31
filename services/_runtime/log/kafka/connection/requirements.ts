import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker, Cluster } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { rootOf, typeOf } from '../faults.ts'
import { createClient, type KafkaSettings } from './client.ts'
import type { Query } from './query.ts'

/** The requests that a transaction consists of, by their number in Kafka's protocol. */
const transactionRequests = {
  22: 'InitProducerId',
  24: 'AddPartitionsToTxn',
  25: 'AddOffsetsToTxn',
  26: 'EndTxn',
  28: 'TxnOffsetCommit',
}

/** How long a cluster that is just starting may take until it has a coordinator of transactions, in ms. */
const patienceMs = 12_000

/** No transaction is ever made under it. */
const probe = { transactionalId: 'flywheel-probe', transactionTimeout: 10_000 } as const

/** What kafkajs's brokers can do as well; its types leave it out. */
type Coordinating = Broker & {
  findGroupCoordinator(of: { groupId: string; coordinatorType: 1 }): Promise<{ coordinator: { nodeId: number } }>
  initProducerId(of: typeof probe): Promise<unknown>
}

/**
 * FLY_CONFIG when the brokers cannot do transactions, by protocol or by how they are set up: what the service would otherwise
 * find out with its first commit, and retry for ever. FLY_BROKER when there is no telling why.
 */
export async function verifyTransactions(settings: KafkaSettings, query: Query): Promise<void> {
  const missing = await query.use('ask what the brokers can do', missingRequests)
  if (missing.length > 0)
    throw new Fault(
      'FLY_CONFIG',
      `the brokers at ${settings.brokers.join(', ')} have no transactions (${missing.join(', ')}), which exactly-once needs: set FLYWHEEL_KAFKA to Apache Kafka, or to what speaks all of its protocol`,
      { missing },
    )
  const deadline = Date.now() + patienceMs
  const found = (): Promise<boolean> =>
    query.use('look for the coordinator of transactions', hasCoordinator).catch(error => {
      // The coordinator's broker may have died just now.
      if ((error as Fault).code !== 'FLY_BROKER' || Date.now() > deadline) throw error
      return false
    })
  for (let wait = 20; !(await found()); wait *= 2) {
    if (Date.now() > deadline) throw await diagnosis(settings, query)
    await sleep(Math.min(wait, 500))
  }
}

async function missingRequests(cluster: Cluster): Promise<readonly string[]> {
  const versions = await (await someBroker(cluster)).apiVersions()
  return Object.entries(transactionRequests).flatMap(([key, name]) => (versions[Number(key)] ? [] : [name]))
}

async function someBroker(cluster: Cluster): Promise<Coordinating> {
  // One that was made anew after a failure knows no brokers yet.
  await cluster.refreshMetadataIfNecessary()
  for (const node of cluster.getNodeIds()) {
    const broker = await cluster.findBroker({ nodeId: String(node) }).catch(() => undefined)
    if (broker) return broker as Coordinating
  }
  throw new Fault('FLY_BROKER', 'none of the brokers can be reached')
}

async function hasCoordinator(cluster: Cluster): Promise<boolean> {
  try {
    const { transactionalId: groupId } = probe
    const { coordinator } = await (await someBroker(cluster)).findGroupCoordinator({ groupId, coordinatorType: 1 })
    const broker = (await cluster.findBroker({ nodeId: String(coordinator.nodeId) })) as Coordinating
    await broker.initProducerId(probe)
    return true
  } catch (error) {
    if (rootOf(error).type === undefined) throw error
    // Any other answer (it is loading, it is busy, this user may not) comes from one that is there.
    return typeOf(error) !== 'GROUP_COORDINATOR_NOT_AVAILABLE'
  }
}

/** Kafka keeps transactions in a topic of its own, which it cannot make with more replicas than there are brokers. */
const replicasSetting = 'transaction.state.log.replication.factor'

async function diagnosis(settings: KafkaSettings, query: Query): Promise<Fault> {
  const { brokers } = await query.use('count the brokers', cluster => cluster.metadata())
  const at = settings.brokers.join(', ')
  const replicas = await askBroker(settings, String(brokers[0]?.nodeId))
  if (replicas > brokers.length)
    return new Fault(
      'FLY_CONFIG',
      `the brokers at ${at} cannot do transactions, which exactly-once needs: ${replicasSetting} is ${replicas}, and ${brokers.length} of them can be had; start more, or set it to at most ${brokers.length} there, and transaction.state.log.min.isr too`,
      { replicas, brokers: brokers.length },
    )
  return new Fault(
    'FLY_BROKER',
    `the brokers at ${at} had no coordinator of transactions for ${patienceMs / 1000} s: see that all are up, and what they log of __transaction_state`,
  )
}

/** kafkajs's ConfigResourceTypes.BROKER, which Node does not see among its exports. */
const brokerResource = 4

/** The setting as a broker has it; 0 where it does not tell. */
async function askBroker(settings: KafkaSettings, name: string): Promise<number> {
  const { kafka, close } = createClient(settings)
  const admin = kafka.admin()
  try {
    await admin.connect()
    const resources = [{ type: brokerResource, name, configNames: [replicasSetting] }]
    const answer = await admin.describeConfigs({ includeSynonyms: false, resources })
    return Number(answer.resources[0]?.configEntries[0]?.configValue ?? 0)
  } catch {
    return 0
  } finally {
    await admin.disconnect().catch(() => {})
    close()
  }
}
