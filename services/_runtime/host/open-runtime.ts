import { join } from 'node:path'
import { type LanguageModels, openLanguageModels } from '#models/open.ts'
import { openLanceIndex } from '#planners/examples/lancedb.ts'
import type { VectorIndex } from '#planners/examples/vector-index.ts'
import { createModelHost } from '#planners/hosts/embedded.ts'
import type { ModelHost } from '#planners/hosts/model-host.ts'
import { createEmbeddedTrainer } from '#planners/lanes/embedded.ts'
import type { Trainer } from '#planners/lanes/trainer.ts'
import { avro } from '#schemas/avro.ts'
import { type Codec, createCodec } from '../codec/codec.ts'
import type { Settings } from '../config/config.ts'
import { kafkaSecurity, registryAuth } from '../config/security.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createWorkerPool, type WorkerPool } from '../core/worker-pool.ts'
import { createEmbeddedLog } from '../log/embedded/embedded-log.ts'
import type { EventLog } from '../log/event-log.ts'
import type { KafkaSettings } from '../log/kafka/connection/client.ts'
import { openKafkaLog } from '../log/kafka/kafka-log.ts'
import { openFolderStore } from '../objects/folder.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { createEmbeddedRegistry } from '../registry/embedded.ts'
import { openHttpRegistry } from '../registry/http.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { openDataFile } from '../sqlite/data-file.ts'
import { createSnapshotOpener, type OpenSnapshot } from '../state/snapshots.ts'
import { createLogger, createMetrics, type Logger, type Metrics } from '../telemetry/telemetry.ts'
import { openTracing, type Tracing } from '../telemetry/tracing.ts'

/** Everything outside that a process uses, opened; whoever opens it closes it. */
export type Runtime = {
  readonly settings: Settings
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing | undefined
  readonly log: EventLog
  readonly registry: SchemaRegistry
  readonly codec: Codec
  readonly objects: ObjectStore
  /** Undefined beside the embedded log, which is as near as copies of it would be. */
  readonly openSnapshot: OpenSnapshot | undefined
  readonly vectors: VectorIndex
  readonly models: ModelHost
  readonly trainer: Trainer
  readonly workerPool: WorkerPool
  /** Undefined where the settings name no model. */
  readonly languageModels: LanguageModels | undefined
  readonly close: () => Promise<void>
}

/** Opens the size that the settings name: embedded in a folder, or Kafka and a registry. `kafka` is for tests that hurry. */
export async function openRuntime(
  settings: Settings,
  clock: Clock = systemClock,
  kafka: Partial<KafkaSettings> = {},
): Promise<Runtime> {
  const logger = createLogger(settings)
  const tracing = await openTracing(settings.kafka === undefined ? 'embedded' : 'kafka', logger)
  const { log, registry } = await openLog(settings, clock, logger, kafka)
  const openSnapshot =
    settings.kafka === undefined ? undefined : createSnapshotOpener(join(settings.home, 'state'), logger)
  const objects = openFolderStore(join(settings.home, 'objects'))
  const vectors = openLanceIndex(join(settings.home, 'vectors'))
  const workerPool = createWorkerPool()
  const models = createModelHost(objects, vectors)
  const trainer = createEmbeddedTrainer({ objects, vectors, workerPool: workerPool })
  const metrics = createMetrics()
  const languageModels = await openLanguageModels(settings, { clock, objects, metrics })
  return {
    ...{
      settings,
      clock,
      logger,
      metrics,
      tracing,
      log,
      registry,
      objects,
      openSnapshot,
      vectors,
      workerPool,
      models,
      trainer,
    },
    languageModels,
    codec: createCodec(registry, avro),
    close: async () => {
      await workerPool.close()
      languageModels?.close()
      await vectors.close()
      await registry.close()
      await log.close()
      await tracing?.close()
    },
  }
}

async function openLog(
  settings: Settings,
  clock: Clock,
  logger: Logger,
  kafka: Partial<KafkaSettings> = {},
): Promise<{ log: EventLog; registry: SchemaRegistry }> {
  if (settings.kafka === undefined || settings.registry === undefined) {
    const file = openDataFile(settings.home)
    return { log: createEmbeddedLog(file, clock), registry: createEmbeddedRegistry(file.db) }
  }
  const log = await openKafkaLog({
    brokers: settings.kafka.split(','),
    clientId: 'flywheel',
    replication: settings.kafkaReplication,
    security: kafkaSecurity(settings),
    logger,
    ...kafka,
  })
  return { log, registry: openHttpRegistry(settings.registry, registryAuth(settings)) }
}

/** The log for looking only: what `tail` and `topics` need. */
export async function openReader(settings: Settings): Promise<Pick<Runtime, 'log' | 'codec' | 'close'>> {
  const { log, registry } = await openLog(settings, systemClock, createLogger(settings))
  return {
    log,
    codec: createCodec(registry, avro),
    close: async () => {
      await registry.close()
      await log.close()
    },
  }
}
