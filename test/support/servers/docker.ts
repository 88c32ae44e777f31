import { at } from '#runtime/core/checked.ts'
import { freePorts } from './java.ts'
import type { TestKafka, TestRegistry } from './types.ts'

/** Testcontainers, where a Docker engine answers. It removes its containers when the run is killed. */
async function dockerEngine(): Promise<typeof import('testcontainers') | undefined> {
  const testcontainers = await import('testcontainers')
  return testcontainers.getContainerRuntimeClient().then(
    () => testcontainers,
    () => undefined,
  )
}

/** One broker in Docker; undefined where no engine answers or the image cannot be pulled. */
export async function dockerKafka(): Promise<TestKafka | undefined> {
  const docker = await dockerEngine()
  if (!docker) return undefined
  const port = at(await freePorts(1), 0)
  // The host's port is fixed: the broker advertises it before a mapped port is known.
  const container = new docker.GenericContainer('apache/kafka:4.3.1')
    .withExposedPorts({ container: 19_092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'OUTSIDE://:19092,PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `OUTSIDE://127.0.0.1:${port},PLAINTEXT://localhost:9092`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'OUTSIDE:PLAINTEXT,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_LOG_CLEANER_BACKOFF_MS: '500',
    })
    .withWaitStrategy(docker.Wait.forLogMessage(/Kafka Server started/))
  const started = await container.start().catch(() => undefined)
  if (!started) return undefined
  const unsupported = (): never => {
    throw new Error('a broker in Docker cannot be killed or paused')
  }
  return {
    brokers: `127.0.0.1:${port}`,
    stop: async () => void (await started.stop()),
    kill: unsupported,
    up: unsupported,
    pause: unsupported,
    resume: unsupported,
  }
}

/** A registry in Docker; undefined where no engine answers or the image cannot be pulled. */
export async function dockerRegistry(): Promise<TestRegistry | undefined> {
  const docker = await dockerEngine()
  if (!docker) return undefined
  const path = '/apis/ccompat/v7'
  const container = new docker.GenericContainer('apicurio/apicurio-registry-mem:2.6.13.Final')
    .withExposedPorts(8080)
    .withWaitStrategy(docker.Wait.forHttp(`${path}/subjects`, 8080))
  const started = await container.start().catch(() => undefined)
  return (
    started && {
      url: `http://${started.getHost()}:${started.getMappedPort(8080)}${path}`,
      stop: async () => void (await started.stop()),
    }
  )
}
