/** A record as it lies in the log. Offsets are per partition and may have gaps. */
export type LogRecord = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970, when it was appended. */
  readonly timestamp: number
  readonly key: Buffer | null
  /** null deletes the key of a compacted topic. */
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

/** A record to append. The partition follows from the key as Kafka's default partitioner has it, unless it is given. */
export type NewRecord = {
  readonly topic: string
  readonly key: string | Buffer | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, string>>
  readonly partition?: number
}

/** The offset to read next of one partition. */
export type Position = { readonly topic: string; readonly partition: number; readonly offset: number }

/**
 * Partition number `partition` of every topic a group reads, owned by this process alone: records of different topics
 * with the same key meet in one task.
 */
export interface PartitionConsumer {
  readonly partition: number
  /** Aborted when the partition is taken away or the group is left. */
  readonly signal: AbortSignal
  /** Waits for records and returns them in the order of each topic; at most `max`. Empty once the signal is aborted. */
  poll(max: number): Promise<readonly LogRecord[]>
  /**
   * Outputs and consumed positions become visible together or not at all. Faults: FLY_FENCED when another process owns the
   * partition now; FLY_BROKER when the outcome is a failure (after `rewind` the same records come again). Resolves
   * with the offset after the last output in each partition written: a reader from there on misses nothing committed later
   * and repeats nothing of this. A partition of which that is not known is left out.
   */
  commit(outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]>
  /** Forgets what was polled since the last commit: `poll` goes on from there. */
  rewind(): Promise<void>
}

export type TopicPartitionCount = { readonly name: string; readonly partitions: number }

/** A topic as it is; `replicas` is how often its least copied partition is kept, absent where a log keeps all of it once. */
export type ExistingTopic = TopicPartitionCount & { readonly replicas?: number }

/** How to make a topic; `keep` as in the map. */
export type TopicSpec = TopicPartitionCount & { readonly keep: number | 'compact' | 'forever' }

/** How far a group is behind in one partition. `oldest` is the append time of the first record not consumed, null where there is none. */
export type PartitionLag = {
  readonly topic: string
  readonly partition: number
  readonly records: number
  readonly oldest: number | null
}

export type ReadOptions = {
  /** Only these partitions of each topic; all of them when absent. */
  readonly partitions?: readonly number[]
  /**
   * Positions are the offsets to begin with; one that lies outside of what is kept becomes the nearest that does not. A
   * partition without one is read from its beginning.
   */
  readonly from: 'beginning' | 'end' | readonly Position[]
  /** Go on with new records after the end as it was at the call; until the signal is aborted. */
  readonly follow: boolean
  /** Called once, when the end as it was at the call has been reached. */
  readonly onCaughtUp?: () => void
}

/** The event log: partitioned, ordered per key, consumed by groups, transactional. Only committed records are ever seen. */
export interface EventLog {
  /** Durable when it resolves. Records of one call that share a key keep their order. */
  append(records: readonly NewRecord[]): Promise<void>
  /**
   * Joins a consumer group and runs `work` once for each partition number it is given, until `signal` is aborted; then
   * waits for the work to end and leaves. An error of `work` ends the membership and is thrown.
   */
  join(
    group: string,
    topics: readonly string[],
    consume: (task: PartitionConsumer) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>
  /** Reads without a group. Resolves at the end as it was at the call, or with `follow` when the signal is aborted. */
  read(
    topics: readonly string[],
    options: ReadOptions,
    onRecords: (records: readonly LogRecord[]) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>
  topics(): Promise<readonly ExistingTopic[]>
  createTopics(specs: readonly TopicSpec[]): Promise<void>
  /** Raises the number of partitions. */
  growTopic(topic: TopicPartitionCount): Promise<void>
  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]>
  /**
   * For each partition where a reader begins with the first record appended at or after a time, in milliseconds since 1970;
   * the end where there is none.
   */
  positionsAt(topics: readonly string[], time: number): Promise<readonly Position[]>
  /** What a group goes on from; partitions of which it committed nothing are left out. */
  committed(group: string, topics: readonly string[]): Promise<readonly Position[]>
  /** Records in a topic that a reader would see, all partitions together. */
  count(topic: string): Promise<number>
  close(): Promise<void>
}

/** Largest value of one record, below Kafka's default of 1 MiB with its overhead. */
export const maxValueBytes = 1_000_000

/** The offset at which `ReadOptions.from` begins in a partition that is kept from `start` to `end`. */
export function startOffset(
  from: ReadOptions['from'],
  { topic, partition }: Omit<Position, 'offset'>,
  start: number,
  end: number,
): number {
  if (from === 'beginning') return start
  if (from === 'end') return end
  const requested = from.find(position => position.topic === topic && position.partition === partition)
  return Math.min(Math.max(requested?.offset ?? start, start), end)
}
