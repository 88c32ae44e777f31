import type { PartitionLag } from '#runtime/log/event-log.ts'
import type { ServiceName } from '../types.ts'
import { serviceDefinitions } from './definitions.ts'

/** How far a service is behind: records in all partitions, and the age in seconds of the oldest one it has not consumed. */
export type ServiceLag = {
  readonly records: number
  readonly seconds: number
  readonly limitSeconds: number
  readonly overLimit: boolean
}

/** `now` in milliseconds since 1970. Clocks of broker and reader differ, so an age below zero counts as zero. */
export function serviceLag(service: ServiceName, partitions: readonly PartitionLag[], now: number): ServiceLag {
  const limitSeconds = serviceDefinitions[service].maxLagSeconds
  const oldest = Math.min(now, ...partitions.flatMap(({ oldest }) => (oldest === null ? [] : [oldest])))
  const seconds = (now - oldest) / 1000
  const records = partitions.reduce((sum, partition) => sum + partition.records, 0)
  return { records, seconds, limitSeconds, overLimit: seconds > limitSeconds }
}
