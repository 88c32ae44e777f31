import { Gauge, register } from 'prom-client'
import { z } from 'zod'
import type { PartitionLag } from '#runtime/log/event-log.ts'
import type { HttpApiContext } from '#runtime/service.ts'
import type { ServiceName } from '#topology/types.ts'
import {
  type GroupProgress,
  type HourBounds,
  hourMs,
  type IngestHour,
  ingestTopics,
  type ReconciledHour,
  reconcile,
  shownHours,
} from './reconcile.ts'

const ingestTimeoutMs = 2_000
const topicNames = ingestTopics.map(({ topic }) => topic)
const readingServices = [...new Set(ingestTopics.flatMap(({ groups }) => groups))]

const ingestHoursSchema = z.looseObject({
  hours: z.array(
    z.looseObject({
      ...{ topic: z.string(), hour: z.number() },
      ...{ accepted: z.number(), logged: z.number(), direct: z.number() },
    }),
  ),
})

/** Asks the log, the groups and ingest, and sets them against each other. */
export function createReconciler(
  context: HttpApiContext<'console'>,
  lagOf: (service: ServiceName) => Promise<readonly PartitionLag[]>,
): () => Promise<readonly ReconciledHour[]> {
  const { clock } = context.ports

  const boundsOf = async (now: number): Promise<readonly HourBounds[]> => {
    const current = now - (now % hourMs)
    const beginnings = Array.from({ length: shownHours + 1 }, (_, back) => current + hourMs - back * hourMs)
    const positions = await Promise.all(beginnings.map(hour => context.positionsAt(topicNames, hour)))
    return beginnings.slice(1).map((hour, at) => ({ hour, from: positions[at + 1] ?? [], to: positions[at] ?? [] }))
  }
  const groups = async (): Promise<ReadonlyMap<ServiceName, GroupProgress>> =>
    new Map(
      await Promise.all(
        readingServices.map(
          async name => [name, { committed: await context.committedPositions(name), lag: await lagOf(name) }] as const,
        ),
      ),
    )
  const ingestHours = async (): Promise<readonly IngestHour[] | null> => {
    const { apiKey } = context.settings
    try {
      const reply = await fetch(`${context.urlOf('ingest')}/v1/ingest/hours`, {
        headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
        signal: AbortSignal.timeout(ingestTimeoutMs),
      })
      return ingestHoursSchema.parse(await reply.json()).hours
    } catch {
      return null
    }
  }

  return async () => {
    // Where the log ends is asked last: nobody seems to have consumed more than there is.
    const [consumed, said] = await Promise.all([groups(), ingestHours()])
    const now = clock.now()
    return reconcile(await boundsOf(now), said, consumed, now)
  }
}

const metricNames = {
  records: 'flywheel_reconciled_records',
  lost: 'flywheel_reconciled_lost_records',
} as const

/** The same as metrics, asked when they are. They are the console's of this process: a second one takes their place. */
export function registerReconciliationMetrics(current: () => Promise<readonly ReconciledHour[]>): void {
  for (const name of Object.values(metricNames)) register.removeSingleMetric(name)
  new Gauge({
    name: metricNames.records,
    help: 'Records of an hour (UTC): accepted, logged and direct by their arrival, appended and consumed by append time.',
    labelNames: ['topic', 'hour', 'stage', 'group'],
    async collect() {
      this.reset()
      for (const { topic, hour: at, accepted, logged, direct, appended, consumed } of await current().catch(() => [])) {
        const hour = new Date(at).toISOString().slice(0, 13)
        for (const [stage, records] of Object.entries({ accepted, logged, direct, appended }))
          if (records !== null) this.set({ topic, hour, stage, group: '' }, records)
        for (const [group, records] of Object.entries(consumed))
          this.set({ topic, hour, stage: 'consumed', group }, records)
      }
    },
  })
  new Gauge({
    name: metricNames.lost,
    help: 'Records of hours that are over which were accepted and are not in the log. Above 0 is an alarm.',
    labelNames: ['topic'],
    async collect() {
      this.reset()
      for (const { topic, accepted, logged, verdict } of await current().catch(() => []))
        if (verdict === 'lost') this.inc({ topic }, (accepted ?? 0) - (logged ?? 0))
        else this.inc({ topic }, 0)
    },
  })
}
