import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { type Cluster, type ISocketFactory, Kafka, type KafkaConfig, logLevel, PartitionAssigners } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import type { Logger } from '../../../telemetry/telemetry.ts'
import { replaceProduceEncoder } from '../produce/produce-request.ts'

/** TLS and authentication, as kafkajs has them. */
export type KafkaSecurity = Pick<KafkaConfig, 'ssl' | 'sasl'>

export type KafkaSettings = {
  /** host:port of some brokers of the cluster. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Replicas of each topic that is created. */
  readonly replication: number
  readonly logger?: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
  readonly security?: KafkaSecurity
  /** A member that is silent for so long has lost its partitions. */
  readonly sessionMs?: number
  /** Fetched records that wait in memory for one task or reader. */
  readonly queueBytes?: number
  /** Only for the test that takes the fence away: who has another's transactional id fences them, who has not does not. */
  readonly transactionalId?: (group: string, partition: number) => string
}

export type KafkaClient = {
  readonly kafka: Kafka
  /** Closes what connections are left, at once: kafkajs waits for answers, and loses track of some of its connections. */
  readonly dropConnections: () => void
  /** Drops them for good: kafkajs, which may be in the middle of trying again, gets no other. */
  readonly close: () => void
}

/** A kafkajs client. Its own log is for debugging: what fails is a fault here. */
export function createKafkaClient({ brokers, clientId, logger, security }: KafkaSettings): KafkaClient {
  suppressTimeoutWarning()
  replaceProduceEncoder()
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
    // Few tries: what calls kafkajs here has patience of its own, and can be interrupted.
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

/** kafkajs's connections, without the wait for more to send, which doubles the time of a transaction. */
function trackSockets(sockets: Set<Socket>): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const to = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
    const socket = ssl
      ? connectSecure({ ...to, ...(!isIP(host) && { servername: host }), ...ssl }, onConnect)
      : connectPlain(to, onConnect)
    // kafkajs closes a dead connection again with each try to connect, and each time Node adds a listener.
    socket.setMaxListeners(0)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
}

/**
 * kafkajs's view of the cluster, which it hands to partition assigners, typed and public, and to nobody else: with it one
 * can ask for offsets and fetch records without being in a group. Its offsets are those of read_committed.
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

let timeoutWarningSuppressed = false

/**
 * kafkajs 2.2.4 schedules its request queue with a negative delay, which Node clamps to 1 ms and warns of once a process:
 * known and harmless. That warning from that file, and no other, is dropped.
 */
function suppressTimeoutWarning(): void {
  if (timeoutWarningSuppressed) return
  timeoutWarningSuppressed = true
  const emit = process.emitWarning as (...args: unknown[]) => void
  process.emitWarning = (...args: unknown[]): void => {
    const ours = args[1] === 'TimeoutNegativeWarning' && new Error().stack?.includes('kafkajs/src/network/requestQueue')
    if (!ours) emit.apply(process, args)
  }
}
