import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { requiredValue } from '#runtime/core/checked.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { hourMs, hourOf } from '#runtime/core/hours.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'
import type { PartitionLag } from '#runtime/log/event-log.ts'
import type { HttpApiContext } from '#runtime/service.ts'
import type { ServiceName } from '#topology/types.ts'
import {
  type ConsumerProgress,
  type HourBounds,
  type IngestReport,
  ingestTopics,
  type ReconciledHour,
  reconcile,
  shownHours,
} from './reconcile.ts'

const ingestTimeoutMs = 2_000
const topicNames = ingestTopics.map(({ topic }) => topic)
const consumers = [...new Set(ingestTopics.flatMap(one => one.consumers))]

const ingestReportSchema = z.looseObject({
  completeSince: z.number().nullable(),
  hours: z.array(
    z.looseObject({
      ...{ topic: z.string(), hour: z.number() },
      ...{ accepted: z.number(), logged: z.number(), direct: z.number() },
    }),
  ),
})

export type ReconcilerContext = Pick<HttpApiContext<'console'>, 'committedPositions' | 'positionsAt' | 'urlOf'> & {
  readonly settings: Pick<Settings, 'apiKey'>
}

/** Asks the log, the consumers and ingest for what `reconcile` compares. */
export function createReconciler(
  context: ReconcilerContext,
  clock: Clock,
  lagOf: (service: ServiceName) => Promise<readonly PartitionLag[]>,
): () => Promise<readonly ReconciledHour[]> {
  const boundsOf = async (now: number): Promise<readonly HourBounds[]> => {
    const current = hourOf(now)
    const hours = Array.from({ length: shownHours }, (_, back) => current - back * hourMs)
    const positionsAt = async (hour: number) => [hour, await context.positionsAt(topicNames, hour)] as const
    const positions = new Map(await Promise.all([current + hourMs, ...hours].map(positionsAt)))
    return hours.map(hour => ({
      hour,
      from: requiredValue(positions, hour),
      to: requiredValue(positions, hour + hourMs),
    }))
  }
  const progress = async (): Promise<ReadonlyMap<ServiceName, ConsumerProgress>> => {
    const progressOf = async (name: ServiceName) => ({
      committed: await context.committedPositions(name),
      lag: await lagOf(name),
    })
    return new Map(await Promise.all(consumers.map(async name => [name, await progressOf(name)] as const)))
  }
  const ingestReport = async (): Promise<IngestReport | null> => {
    const { apiKey } = context.settings
    try {
      const reply = await fetch(`${context.urlOf('ingest')}/v1/ingest/hours`, {
        headers: bearerHeader(apiKey),
        signal: AbortSignal.timeout(ingestTimeoutMs),
      })
      return ingestReportSchema.parse(await reply.json())
    } catch {
      return null
    }
  }

  return async () => {
    // The positions are asked last: otherwise more might seem to be consumed than there is.
    const [consumed, reported] = await Promise.all([progress(), ingestReport()])
    const now = clock.now()
    return reconcile(await boundsOf(now), reported, consumed, now)
  }
}
