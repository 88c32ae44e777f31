import { requiredValue } from '../../../core/checked.ts'
import type { TopicPartition } from '../../event-log.ts'

/** Something of each partition, by topic, then by partition number. */
export type ByPartition<T> = ReadonlyMap<string, ReadonlyMap<number, T>>

/** Partition numbers by topic. */
export type PartitionsByTopic = ReadonlyMap<string, readonly number[]>

/** The entry of a partition that must be there. */
export const entryOf = <T>(entries: ByPartition<T>, { topic, partition }: TopicPartition): T =>
  requiredValue(requiredValue(entries, topic), partition)
