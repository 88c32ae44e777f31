import type { Logger } from 'pino'
import { avro } from '#schemas/avro.ts'
import { namespacePrefix } from '#topology/derive/names.ts'
import { type Codec, createCodec } from '../codec/codec.ts'
import type { Settings } from '../config/config.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createEmbeddedLog } from '../log/embedded/embedded-log.ts'
import type { EventLog } from '../log/event-log.ts'
import type { GroupObserver } from '../log/kafka/group-observer.ts'
import { createNamespacedLog } from '../log/namespaced-log.ts'
import { createEmbeddedRegistry } from '../registry/embedded.ts'
import { createNamespacedRegistry } from '../registry/namespaced-registry.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { type IfMissing, openDataFile } from '../sqlite/data-file.ts'
import { createLogger } from '../telemetry/telemetry.ts'
import { claimHome, verifyHomeNamespace } from './home-namespace.ts'

/** The event log and the registry of its schemas. */
export type Connections = { readonly log: EventLog; readonly registry: SchemaRegistry }

/** What the commands use that read records and manage topics. */
export type Reader = { readonly log: EventLog; readonly codec: Codec; readonly close: () => Promise<void> }

/**
 * Opens the embedded log, or Kafka with a schema registry. The code for Kafka takes long to load, so it is loaded on use.
 * `ifMissing` is for the folder of the embedded log, `observer` for Kafka.
 */
export async function openConnections(
  settings: Settings,
  clock: Clock,
  logger: Logger,
  ifMissing: IfMissing,
  observer?: GroupObserver,
): Promise<Connections> {
  const { log, registry } = await openShared(settings, clock, logger, ifMissing, observer)
  const prefix = namespacePrefix(settings.namespace)
  if (prefix === '') return { log, registry }
  return { log: createNamespacedLog(log, prefix), registry: createNamespacedRegistry(registry, prefix) }
}

/** The whole log and registry, which deployments with other namespaces may use too. */
async function openShared(
  settings: Settings,
  clock: Clock,
  logger: Logger,
  ifMissing: IfMissing,
  observer: GroupObserver | undefined,
): Promise<Connections> {
  const { home, kafka, registry } = settings
  if (kafka !== undefined && registry !== undefined)
    return (await import('./open-kafka.ts')).openKafka(settings, kafka, registry, logger, observer)
  if (ifMissing === 'create') claimHome(settings)
  const file = openDataFile(home, ifMissing)
  return { log: createEmbeddedLog(file, clock), registry: createEmbeddedRegistry(file.db) }
}

/** Opens only the log and the codec. FLY_HOME for the embedded log of a folder that has none, which is created only if asked for. */
export async function openReader(settings: Settings, ifMissing: IfMissing = 'refuse'): Promise<Reader> {
  verifyHomeNamespace(settings)
  const { log, registry } = await openConnections(settings, systemClock, createLogger(settings), ifMissing)
  return {
    log,
    codec: createCodec(registry, avro),
    close: async () => {
      await registry.close()
      await log.close()
    },
  }
}
