import { join } from 'node:path'
import type { Logger } from 'pino'
import { avro } from '#schemas/avro.ts'
import { namespacePrefix } from '#topology/derive/names.ts'
import { type Codec, createCodec } from '../codec/codec.ts'
import type { Settings } from '../config/config.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createWorkerPool, type WorkerPool } from '../core/worker-pool.ts'
import type { EventLog } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { openObjects } from '../objects/open-objects.ts'
import { type AgentTable, createAgentTable } from '../processing/agents.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { createSnapshotOpener, type OpenSnapshot } from '../state/snapshots.ts'
import { openTracing } from '../telemetry/open-tracing.ts'
import { createLogger, createMetrics, type Metrics } from '../telemetry/telemetry.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { type Connections, openConnections } from './connections.ts'
import { observeGroups } from './group-metrics.ts'
import { claimHome } from './home-namespace.ts'

/**
 * The shared resources of a process. The ports of services are opened on top of them (`services/NAME/main.ts`,
 * `services/all.ts`) and closed with them.
 */
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
  /** Undefined with the embedded log, which is a local file and needs no snapshots. */
  readonly openSnapshot: OpenSnapshot | undefined
  readonly workerPool: WorkerPool
  /** Updated from the topic `agents` while services run (`startServices`). */
  readonly agents: AgentTable
  /** Registers a callback for `close`, which runs before the runtime's own resources are closed. The last registered runs first. */
  readonly onClose: (close: () => void | Promise<void>) => void
  readonly close: () => Promise<void>
}

/** Opens the runtime for the configured deployment: the embedded log, or Kafka with a schema registry. */
export async function openRuntime(settings: Settings, clock: Clock = systemClock): Promise<Runtime> {
  const logger = createLogger(settings)
  claimHome(settings)
  const objects = await openObjects(settings)
  const metrics = createMetrics()
  const observer = observeGroups(metrics, namespacePrefix(settings.namespace))
  const connections = await openConnections(settings, clock, logger, 'create', observer)
  return createRuntime({ ...connections, objects }, settings, logger, clock, metrics)
}

/** The runtime on connections that are open already; it closes them. */
export async function createRuntime(
  { log, registry, objects }: Connections & Pick<Runtime, 'objects'>,
  settings: Settings,
  logger: Logger,
  clock: Clock,
  metrics = createMetrics(),
): Promise<Runtime> {
  const tracing = await openTracing(settings.kafka === undefined ? 'embedded' : 'kafka', logger)
  const workerPool = createWorkerPool()
  const closers: (() => void | Promise<void>)[] = []
  return {
    settings,
    clock,
    logger,
    metrics,
    tracing,
    log,
    registry,
    codec: createCodec(registry, avro),
    objects,
    openSnapshot: settings.kafka === undefined ? undefined : createSnapshotOpener(join(settings.home, 'state'), logger),
    workerPool,
    agents: createAgentTable(),
    onClose: close => void closers.push(close),
    close: async () => {
      await workerPool.close()
      for (const close of closers.toReversed()) await close()
      await registry.close()
      await log.close()
      await tracing?.close()
    },
  }
}
