import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Clock } from '../core/clock.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Metrics } from '../telemetry/telemetry.ts'

/** A scrape waits this long for the log, in milliseconds. */
const queryTimeoutMs = 2_000

/**
 * Sets `flywheel_lag_seconds` for these services at each scrape, for every partition from the first scrape on: 0 where nothing is
 * left to consume. While the log does not answer, a service has no series: an old value would look like a known one.
 */
export function observeLag(
  { log, clock, metrics }: { readonly log: Pick<EventLog, 'lag'>; readonly clock: Clock; readonly metrics: Metrics },
  names: readonly ServiceName[],
  timeoutMs = queryTimeoutMs,
): void {
  const observe = async (service: ServiceName): Promise<void> => {
    const topics = consumedTopics(service)
    if (topics.length === 0) return
    const timeout = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => timeout.resolve(undefined), timeoutMs)
    const partitions = await Promise.race([log.lag(consumerGroup(service), topics), timeout.promise]).catch(
      () => undefined,
    )
    clearTimeout(timer)
    for (const { topic, partition, oldest } of partitions ?? []) {
      // Clocks of broker and reader differ a little: never below zero.
      const seconds = oldest === null ? 0 : Math.max(0, clock.now() - oldest) / 1000
      metrics.lagSeconds.set({ service, topic, partition }, seconds)
    }
  }
  metrics.onScrape(async () => {
    metrics.lagSeconds.reset()
    await Promise.all(names.map(observe))
  })
}
