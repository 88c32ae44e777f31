import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { PartitionState } from '../state/partition-state.ts'
import { stateBytes } from '../state/state-bytes.ts'
import type { Metrics } from '../telemetry/telemetry.ts'

/** Updates the metrics of the state of these services at each scrape, over the partitions that this process has then. */
export function observeStates(
  metrics: Metrics,
  states: ReadonlyMap<ServiceName, ReadonlyMap<number, PartitionState>>,
): void {
  const observe = async (service: ServiceName, owned: readonly PartitionState[]): Promise<void> => {
    const sizes = await Promise.all(owned.map(({ state }) => stateBytes(state)))
    metrics.stateBytes.set({ service }, sum(sizes))
    metrics.stateEntries.set({ service }, sum(owned.map(({ state }) => state.keyCount)))
    const ages = owned.flatMap(state => state.snapshotAgeSeconds() ?? [])
    if (ages.length > 0) metrics.snapshotAgeSeconds.set({ service }, Math.max(...ages))
    else metrics.snapshotAgeSeconds.remove({ service })
  }
  metrics.onScrape(async () => {
    await Promise.all(
      [...states].map(([name, owned]) => (services[name].stateful ? observe(name, [...owned.values()]) : undefined)),
    )
  })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
