import { join } from 'node:path'
import { avro } from '#schemas/avro.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Codec, createCodec } from './codec.ts'
import type { Settings } from './config.ts'
import { type LanguageModels, openLanguageModels } from './language-model-open.ts'
import { openEmbedded } from './log/embedded.ts'
import { openKafkaLog } from './log/kafka.ts'
import type { KafkaSettings } from './log/kafka-client.ts'
import type { EventLog } from './log.ts'
import type { ModelHost } from './model.ts'
import { createModelHost } from './model-embedded.ts'
import { createOffload, type Offload } from './offload.ts'
import { openHttpRegistry } from './registry/http.ts'
import type { SchemaRegistry } from './registry.ts'
import { kafkaSecurity, registryAuth } from './security.ts'
import { type Copies, createCopies } from './state-copies.ts'
import type { ObjectStore } from './store.ts'
import { openFolderStore } from './store-folder.ts'
import { createLogger, createMetrics, type Logger, type Metrics } from './telemetry.ts'
import { openTracing, type Tracing } from './tracing.ts'
import type { Trainer } from './trainer.ts'
import { createEmbeddedTrainer } from './trainer-embedded.ts'
import type { VectorIndex } from './vectors.ts'
import { openLanceIndex } from './vectors-lancedb.ts'

/** Everything outside that a process uses, opened; whoever opens it closes it. */
export type World = {
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
  readonly copies: Copies | undefined
  readonly vectors: VectorIndex
  readonly models: ModelHost
  readonly trainer: Trainer
  readonly offload: Offload
  /** Undefined where the settings name no model. */
  readonly languageModels: LanguageModels | undefined
  readonly close: () => Promise<void>
}

/** Opens the size that the settings name: embedded in a folder, or Kafka and a registry. `kafka` is for tests that hurry. */
export async function openWorld(
  settings: Settings,
  clock: Clock = systemClock,
  kafka: Partial<KafkaSettings> = {},
): Promise<World> {
  const logger = createLogger(settings)
  const tracing = await openTracing(settings.kafka === undefined ? 'embedded' : 'kafka', logger)
  const { log, registry } = await openLog(settings, clock, logger, kafka)
  const copies = settings.kafka === undefined ? undefined : createCopies(join(settings.home, 'state'), logger)
  const objects = openFolderStore(join(settings.home, 'objects'))
  const vectors = openLanceIndex(join(settings.home, 'vectors'))
  const offload = createOffload()
  const models = createModelHost(objects, vectors)
  const trainer = createEmbeddedTrainer({ objects, vectors, offload })
  const metrics = createMetrics()
  const languageModels = await openLanguageModels(settings, { clock, objects, metrics })
  return {
    ...{ settings, clock, logger, metrics, tracing, log, registry, objects, copies, vectors, offload, models, trainer },
    languageModels,
    codec: createCodec(registry, avro),
    close: async () => {
      await offload.close()
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
  if (settings.kafka === undefined || settings.registry === undefined) return openEmbedded(settings.home, { clock })
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
export async function openReader(settings: Settings): Promise<Pick<World, 'log' | 'codec' | 'close'>> {
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
