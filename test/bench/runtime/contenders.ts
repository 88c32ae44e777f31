import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { toEnvironment } from '#runtime/config/config.ts'
import { avro } from '#schemas/avro.ts'
import { fetchWithMaven } from '#test/support/servers/java.ts'
import { compatibility, consumerGroup, subject } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import type { BenchCluster } from './bench-cluster.ts'
import type { PeerCommand } from './peer.ts'

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** How a program is started, and its consumer group. */
export type Contender = { readonly group: string; readonly command: PeerCommand }

/** Flywheel's processing loop, without state. Processes of one label share a group. */
export function flywheel(stage: BenchCluster, label: string): Contender {
  const group = `bench-flywheel-${label}`
  return { group, command: node(stage, './peers/flywheel.ts', [group]) }
}

/** A complete service process; with `remember` it has state. Its home is new unless one is given. */
export function flywheelService(stage: BenchCluster, remember: boolean, home = stage.folder()): Contender {
  const command = node(stage, './peers/flywheel-service.ts', remember ? ['remember'] : [], home)
  return { group: consumerGroup('sampler'), command }
}

function node({ settings, folder }: BenchCluster, file: string, args: readonly string[], home = folder()): PeerCommand {
  return { argv: [process.execPath, pathOf(file), ...args], env: toEnvironment({ ...settings, home }) }
}

export function naive(stage: BenchCluster, label: string): Contender {
  const group = `bench-naive-${label}`
  const { kafka = '', registry = '' } = stage.settings
  return { group, command: node(stage, './peers/naive.ts', [kafka, registry, group]) }
}

export type StreamsOptions = { readonly label: string; readonly threads: number; readonly commitIntervalMs: number }

/** Compiles the Kafka Streams peer with jars from Maven, and returns it as contenders. */
export async function createStreams(stage: BenchCluster): Promise<(options: StreamsOptions) => Contender> {
  const pom = ['-f', pathOf('./peers/pom.xml'), 'dependency:copy-dependencies']
  const jars = await fetchWithMaven('kafka-streams-4.3.1', folder => [...pom, `-DoutputDirectory=${folder}`])
  const classes = stage.folder()
  await promisify(execFile)('javac', ['-cp', `${jars}/*`, '-d', classes, pathOf('./peers/StreamsPeer.java')])
  const output = topic.selectedSamples
  const { registry } = stage.world
  const schemaId = await registry.register(subject(output), avro.SampleSelected, compatibility(output))
  const schemas = pathOf('../../../schemas')
  return ({ label, threads, commitIntervalMs }) => {
    const group = `bench-streams-${label}`
    const java = ['java', '-Xms1g', '-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
    const topics = [topic.chatLogs, output]
    const rest = [schemas, schemaId, threads, commitIntervalMs, stage.folder()].map(String)
    const argv = [
      ...java,
      '-cp',
      `${classes}:${jars}/*`,
      'StreamsPeer',
      stage.settings.kafka ?? '',
      group,
      ...topics,
      ...rest,
    ]
    return { group, command: { argv } }
  }
}
