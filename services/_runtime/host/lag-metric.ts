import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Clock } from '../core/clock.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Metrics } from '../telemetry/telemetry.ts'

/**
 * Updates `flywheel_lag_seconds` and `flywheel_lag_records` of these services at each scrape, for every partition: 0 if there is
 * nothing left to consume.
 * While the log does not answer, a service has no series, because an old value would look like a current one. `log` answers
 * within a time limit.
 */
export function observeLag(
  { log, clock, metrics }: { readonly log: Pick<EventLog, 'lag'>; readonly clock: Clock; readonly metrics: Metrics },
  names: readonly ServiceName[],
): void {
  const observe = async (service: ServiceName): Promise<void> => {
    const topics = consumedTopics(service)
    if (topics.length === 0) return
    const partitions = await log.lag(consumerGroup(service), topics).catch(() => [])
    for (const { topic, partition, oldest, records } of partitions) {
      // The clocks of broker and reader may differ: avoid negative values.
      const seconds = oldest === null ? 0 : Math.max(0, clock.now() - oldest) / 1000
      metrics.lagSeconds.set({ service, topic, partition }, seconds)
      metrics.lagRecords.set({ service, topic, partition }, records)
    }
  }
  metrics.onScrape(async () => {
    metrics.lagSeconds.reset()
    metrics.lagRecords.reset()
    await Promise.all(names.map(observe))
  })
}
