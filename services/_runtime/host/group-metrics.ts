import { serviceNames } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import type { GroupObserver } from '../log/kafka/group-observer.ts'
import type { Metrics } from '../telemetry/telemetry.ts'

/** Counts what happens to the groups of services whose names begin with the prefix of this deployment. Other groups are left out. */
export function observeGroups(metrics: Metrics, prefix: string): GroupObserver {
  const services = new Map(serviceNames.map(service => [prefix + consumerGroup(service), service]))
  const withService = (group: string, count: (labels: { readonly service: string }) => void): void => {
    const service = services.get(group)
    if (service !== undefined) count({ service })
  }
  return {
    onAssigned: group => withService(group, labels => metrics.rebalances.inc(labels)),
    onFenced: group => withService(group, labels => metrics.fences.inc(labels)),
    onFetchedBytes: (group, change) => withService(group, labels => metrics.fetchQueueBytes.inc(labels, change)),
  }
}
