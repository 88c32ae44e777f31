import type { LogRecord, Position, ReadOptions, TopicPartition } from './event-log.ts'

/** A partition as text, for keys of maps and messages. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

/** Where to go on after these records: one position for each partition. Records of a partition are in their order. */
export function positionsAfter(records: readonly LogRecord[]): readonly Position[] {
  const positions = new Map<string, Position>()
  for (const { topic, partition, offset } of records)
    positions.set(partitionKey({ topic, partition }), { topic, partition, offset: offset + 1 })
  return [...positions.values()]
}

/** The offset at which `ReadOptions.from` begins in a partition whose records have offsets from `start` to below `end`. */
export function startOffset(
  from: ReadOptions['from'],
  { topic, partition }: TopicPartition,
  start: number,
  end: number,
): number {
  if (from === 'beginning') return start
  if (from === 'end') return end
  const requested = from.find(position => position.topic === topic && position.partition === partition)
  return Math.min(Math.max(requested?.offset ?? start, start), end)
}
