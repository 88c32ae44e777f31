import type { FastifyInstance } from 'fastify'
import { consumedTopics, consumingServices } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { httpError } from '../http/error.ts'
import type { EventLog, PartitionBounds, PartitionLag } from '../log/event-log.ts'
import { offsetsByPartition, partitionKey } from '../log/positions.ts'

/** Where a service is in one partition of its inputs. */
export type ServicePosition = PartitionBounds &
  PartitionLag & {
    /** The offset that it decides next; null where it has not begun. */
    readonly committed: number | null
  }

/** The positions of a service in all its inputs. */
export async function servicePositions(log: EventLog, service: ServiceName): Promise<readonly ServicePosition[]> {
  const [group, topics] = [consumerGroup(service), consumedTopics(service)]
  const [committed, bounds, lags] = await Promise.all([
    log.committed(group, topics),
    log.bounds(topics),
    log.lag(group, topics),
  ])
  const offsets = offsetsByPartition(committed)
  const ends = new Map(bounds.map(at => [partitionKey(at), at]))
  return topics.flatMap(topic =>
    lags
      .filter(lag => lag.topic === topic)
      .toSorted((a, b) => a.partition - b.partition)
      .flatMap(lag => {
        const end = ends.get(partitionKey(lag))
        return end ? { ...end, ...lag, committed: offsets.get(partitionKey(lag)) ?? null } : []
      }),
  )
}

/** `GET /v1/positions/SERVICE`: the positions of a service, for clients that cannot open the embedded log. */
export function servePositions(app: FastifyInstance, log: EventLog): void {
  app.get<{ Params: { service: string } }>('/v1/positions/:service', async request => {
    const service = consumingServices.find(name => name === request.params.service)
    if (!service) throw httpError(404, 'unknown_service', `no service ${request.params.service} consumes topics`)
    return { service, positions: await servicePositions(log, service) }
  })
}
