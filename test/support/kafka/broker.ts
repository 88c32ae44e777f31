import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { dockerKafka } from '../servers/docker.ts'
import { fetchWithMaven, freePorts, javaProblem, launchServer, type ServerProcess } from '../servers/java.ts'
import type { TestKafka } from '../servers/types.ts'
import { skip } from '../skip.ts'

/** A broker's settings by name, as in server.properties. */
export type Properties = Readonly<Record<string, string | number | boolean>>

export type KafkaOptions = {
  readonly brokers: 1 | 3
  /** Changes the usual properties. */
  readonly properties?: (usual: Properties) => Properties
  /** Further arguments for formatting the storage, which contains SCRAM users. */
  readonly format?: readonly string[]
  /** Further arguments of Java. */
  readonly java?: readonly string[]
}

const pom = fileURLToPath(new URL('./pom.xml', import.meta.url))
const quietJavaOptions = ['-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']

/**
 * A real Apache Kafka for tests: in Docker where an engine answers (one broker), else from Maven's jars on Java 17. undefined,
 * after a notice, where neither is possible; with `CI` set that is an error.
 */
export async function startKafka({ brokers }: { readonly brokers: 1 | 3 }): Promise<TestKafka | undefined> {
  return (brokers === 1 ? await dockerKafka() : undefined) ?? startKafkaFromJars({ brokers })
}

/** The same without Docker: processes of this machine, which can be killed, configured, or pinned to a core. */
export async function startKafkaFromJars(options: KafkaOptions): Promise<TestKafka | undefined> {
  const problem = await javaProblem()
  if (problem) return skip('a real Kafka', `it runs in Docker or on Java, and ${problem}`)
  let lib: string
  try {
    lib = await fetchWithMaven('kafka-4.3.1', folder => [
      '-f',
      pom,
      'dependency:copy-dependencies',
      `-DoutputDirectory=${folder}`,
    ])
  } catch (error) {
    return skip('a real Kafka', `Maven cannot fetch Kafka's jars: ${String(error).slice(0, 300)}`)
  }
  return startFromJars(lib, options)
}

async function startFromJars(
  lib: string,
  { brokers: count, properties = usual => usual, format = [], java = [] }: KafkaOptions,
): Promise<TestKafka> {
  const root = await mkdtemp(join(tmpdir(), 'flywheel-kafka-'))
  const ports = await freePorts(2 * count)
  const ids = Array.from({ length: count }, (_, index) => index + 1)
  const cluster = `A${randomBytes(16).toString('base64url').slice(1)}`
  const folder = (id: number): string => join(root, `broker-${id}`)
  const archive = join(lib, 'classes.jsa')
  const freshArchive = join(root, 'classes.jsa')
  await Promise.all(
    ids.map(async id => {
      await mkdir(folder(id))
      const file = join(folder(id), 'server.properties')
      await writeFile(file, propertiesText(properties(defaultProperties(id, ports, join(folder(id), 'data')))))
      await promisify(execFile)('java', [
        '-XX:TieredStopAtLevel=1',
        ...quietJavaOptions,
        '-cp',
        `${lib}/*`,
        'kafka.tools.StorageTool',
        'format',
        '-t',
        cluster,
        '-c',
        file,
        ...format,
      ])
    }),
  )
  const servers = new Map<number, ServerProcess>()
  const up = async (id: number): Promise<void> => {
    // A class-data archive halves the start time; the first run writes it for later runs.
    const classes = existsSync(archive)
      ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off']
      : id === 1
        ? [`-XX:ArchiveClassesAtExit=${freshArchive}`]
        : []
    const server = await launchServer({
      folder: folder(id),
      command: [
        'java',
        '-Xms256m',
        '-Xmx512m',
        ...quietJavaOptions,
        ...java,
        ...classes,
        '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
        '-cp',
        `${lib}/*`,
        'kafka.Kafka',
        join(folder(id), 'server.properties'),
      ],
      ready: log => log.includes('Kafka Server started'),
    })
    servers.set(id, server)
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...servers.values()].map(server => server.stop()))
    await rename(freshArchive, archive).catch(() => {})
    await rm(root, { recursive: true, force: true })
  }
  try {
    await Promise.all(ids.map(up))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    brokers: ids.map(id => `127.0.0.1:${ports[2 * id - 2]}`).join(),
    stop,
    up,
    kill: async id => servers.get(id)?.kill(),
    pause: id => servers.get(id)?.pause(),
    resume: id => servers.get(id)?.resume(),
  }
}

/** Settings for a small cluster that starts quickly. With one broker, internal topics need replication 1, or the first transaction hangs. */
function defaultProperties(id: number, ports: readonly number[], data: string): Properties {
  const count = ports.length / 2
  const [replicas, inSync] = count >= 3 ? [3, 2] : [1, 1]
  const voters = Array.from({ length: count }, (_, index) => `${index + 1}@127.0.0.1:${ports[2 * index + 1]}`).join()
  const listener = `PLAINTEXT://127.0.0.1:${ports[2 * id - 2]}`
  return {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters,
    listeners: `${listener},CONTROLLER://127.0.0.1:${ports[2 * id - 1]}`,
    'advertised.listeners': listener,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.num.partitions': 5,
    'transaction.state.log.num.partitions': 5,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'log.segment.bytes': 67_108_864,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'log.cleaner.backoff.ms': 500,
    // The id of a killed broker is refused until its old session ends.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'controlled.shutdown.enable': count >= 3,
  }
}

const propertiesText = (properties: Properties): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
