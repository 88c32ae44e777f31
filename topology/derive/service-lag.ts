import type { ServiceName } from '../types.ts'
import { serviceDefinitions } from './definitions.ts'

/** Lag of a partition; `oldest` is the append time of the first record not consumed, in ms since 1970; null where there is none. */
type PartitionLag = { readonly records: number; readonly oldest: number | null }

/** How far a service is behind: records that it has not consumed, and the age of the oldest of them in seconds. */
export type ServiceLag = {
  readonly records: number
  readonly seconds: number
  readonly limitSeconds: number
  readonly overLimit: boolean
}

/** `now` in ms since 1970. The clocks of broker and reader differ: a negative age counts as 0. */
export function serviceLag(service: ServiceName, partitions: readonly PartitionLag[], now: number): ServiceLag {
  const limitSeconds = serviceDefinitions[service].maxLagSeconds
  const oldest = Math.min(now, ...partitions.flatMap(({ oldest }) => (oldest === null ? [] : [oldest])))
  const seconds = (now - oldest) / 1000
  const records = partitions.reduce((sum, partition) => sum + partition.records, 0)
  return { records, seconds, limitSeconds, overLimit: seconds > limitSeconds }
}
