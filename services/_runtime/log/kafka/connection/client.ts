import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import {
  type Admin,
  type Cluster,
  type ISocketFactory,
  Kafka,
  type KafkaConfig,
  logLevel,
  PartitionAssigners,
} from 'kafkajs'
import type { Logger } from 'pino'
import { Fault } from '../../../core/faults.ts'
import type { GroupObserver } from '../group-observer.ts'
import { patchKafkajs } from './kafkajs-patches.ts'

/** TLS and authentication, in kafkajs's terms. */
export type KafkaSecurity = Pick<KafkaConfig, 'ssl' | 'sasl'>

export type KafkaSettings = {
  /** host:port of some brokers of the cluster. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Replicas of each topic that is created. */
  readonly replication: number
  readonly logger?: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
  readonly security?: KafkaSecurity
  /** A group member that sends no heartbeat for this long loses its partitions. 30,000 when absent. */
  readonly sessionMs?: number
  readonly observer?: GroupObserver | undefined
  /** How often a reader that follows topics looks for partitions that they got since. 10,000 when absent. */
  readonly partitionsRefreshMs?: number
}

export type KafkaClient = {
  readonly kafka: Kafka
  /** Destroys all connections: kafkajs waits for responses before it closes one, and loses track of some. */
  readonly dropConnections: () => void
  /** Destroys all connections and opens no more: kafkajs may be about to reconnect. */
  readonly close: () => void
}

/** A kafkajs client. kafkajs logs at debug level here: what fails is reported as a fault. */
export function createKafkaClient({ brokers, clientId, logger, security }: KafkaSettings): KafkaClient {
  patchKafkajs()
  const sockets = new Set<Socket>()
  const connect = trackSockets(sockets)
  let closed = false
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy(new Error('the connection was dropped'))
  }
  const kafka = new Kafka({
    ...security,
    brokers: [...brokers],
    clientId,
    connectionTimeout: 5_000,
    requestTimeout: 15_000,
    // Few retries: the callers retry too, with a backoff that a signal can end.
    retry: { initialRetryTime: 50, multiplier: 2, maxRetryTime: 1_000, retries: 3 },
    socketFactory: to => {
      if (closed) throw new Error('the client was closed')
      return connect(to)
    },
    logLevel: logLevel.WARN,
    logCreator: () => entry => {
      const { message, timestamp: _, ...fields } = entry.log
      logger?.debug({ ...fields, namespace: entry.namespace, kafkajs: entry.label }, message)
    },
  })
  return {
    kafka,
    dropConnections,
    close: () => {
      closed = true
      dropConnections()
    },
  }
}

/** Opens kafkajs's sockets with TCP_NODELAY: without it a transaction takes twice as long. */
function trackSockets(sockets: Set<Socket>): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const to = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
    const socket = ssl
      ? connectSecure({ ...to, ...(!isIP(host) && { servername: host }), ...ssl }, onConnect)
      : connectPlain(to, onConnect)
    // kafkajs closes a dead connection again at each attempt to connect, and Node adds a listener each time.
    socket.setMaxListeners(0)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
}

/**
 * kafkajs's low-level interface to the cluster. It is public, but handed out to partition assigners only, so a consumer is created
 * for its assigner and never run. With a cluster one can look up offsets and fetch records without a group. The offsets are
 * those of read_committed.
 */
export function openCluster({ kafka }: KafkaClient): Cluster {
  let cluster: Cluster | undefined
  kafka.consumer({
    groupId: 'never-joined',
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      given => {
        cluster = given.cluster
        return PartitionAssigners.roundRobin(given)
      },
    ],
  })
  if (!cluster) throw new Fault('FLY_BUG', 'kafkajs did not hand out its cluster')
  return cluster
}

/** Opens kafkajs's admin client for one use. */
export async function withAdmin<T>(settings: KafkaSettings, use: (admin: Admin) => Promise<T>): Promise<T> {
  const { kafka, close } = createKafkaClient(settings)
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await use(admin)
  } finally {
    await admin.disconnect().catch(() => {})
    close()
  }
}
