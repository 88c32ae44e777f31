import type { Logger } from 'pino'
import type { Settings } from '../config/config.ts'
import type { EventLog } from '../log/event-log.ts'
import type { KafkaSettings } from '../log/kafka/connection/client.ts'
import type { GroupObserver } from '../log/kafka/group-observer.ts'
import { openKafkaLog } from '../log/kafka/kafka-log.ts'
import { openHttpRegistry } from '../registry/http.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { kafkaSecurity, registryAuth } from './connection-security.ts'

/** The log on these brokers, and the registry at this URL. */
export async function openKafka(
  settings: Settings,
  brokers: string,
  registry: string,
  logger: Logger,
  observer: GroupObserver | undefined,
): Promise<{ readonly log: EventLog; readonly registry: SchemaRegistry }> {
  return {
    log: await openKafkaLog({ ...kafkaSettings(settings, brokers, logger), observer }),
    registry: openHttpRegistry(registry, registryAuth(settings)),
  }
}

export function kafkaSettings(settings: Settings, brokers: string, logger: Logger): KafkaSettings {
  return {
    brokers: brokers.split(','),
    clientId: 'flywheel',
    replication: settings.kafkaReplication,
    security: kafkaSecurity(settings),
    logger,
  }
}
