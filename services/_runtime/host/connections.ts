import type { Logger } from 'pino'
import { avro } from '#schemas/avro.ts'
import { type Codec, createCodec } from '../codec/codec.ts'
import type { Settings } from '../config/config.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createEmbeddedLog } from '../log/embedded/embedded-log.ts'
import type { EventLog } from '../log/event-log.ts'
import { createEmbeddedRegistry } from '../registry/embedded.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { openDataFile } from '../sqlite/data-file.ts'
import { createLogger } from '../telemetry/telemetry.ts'

/** The event log and the registry of its schemas. */
export type Connections = { readonly log: EventLog; readonly registry: SchemaRegistry }

/** What the commands use that read records and manage topics. */
export type Reader = { readonly log: EventLog; readonly codec: Codec; readonly close: () => Promise<void> }

/** Opens the embedded log, or Kafka with a schema registry. The code for Kafka takes long to load, so it is loaded on use. */
export async function openConnections(settings: Settings, clock: Clock, logger: Logger): Promise<Connections> {
  const { home, kafka, registry } = settings
  if (kafka !== undefined && registry !== undefined)
    return (await import('./open-kafka.ts')).openKafka(settings, kafka, registry, logger)
  const file = openDataFile(home)
  return { log: createEmbeddedLog(file, clock), registry: createEmbeddedRegistry(file.db) }
}

/** Opens only the log and the codec. */
export async function openReader(settings: Settings): Promise<Reader> {
  const { log, registry } = await openConnections(settings, systemClock, createLogger(settings))
  return {
    log,
    codec: createCodec(registry, avro),
    close: async () => {
      await registry.close()
      await log.close()
    },
  }
}
