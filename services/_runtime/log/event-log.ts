/** A partition of a topic; partitions are numbered from 0. */
export type TopicPartition = { readonly topic: string; readonly partition: number }

/** The offset to read next of one partition. */
export type Position = TopicPartition & { readonly offset: number }

/** A stored record. Offsets rise within a partition and may have gaps. */
export type LogRecord = Position & {
  /** When it was appended, in milliseconds since 1970. */
  readonly timestamp: number
  readonly key: Buffer | null
  /** null deletes the key of a compacted topic. */
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

/** A record to append. Without `partition`, the key decides (`partitioner.ts`); records without a key go to the partitions in turn. */
export type NewRecord = {
  readonly topic: string
  readonly key: string | Buffer | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, string>>
  readonly partition?: number
}

/**
 * Reads and commits one partition number of all topics of a group, as its only owner: records of different topics with the
 * same key are handled by the same consumer.
 */
export interface PartitionConsumer {
  readonly partition: number
  /** Aborted when the partition is revoked or the group is left. */
  readonly signal: AbortSignal
  /** The topics in which the group has committed no position, with the offset at which it begins there. */
  readonly uncommitted: readonly Position[]
  /**
   * Waits for records and returns at most `max`, those of a topic in order. Empty once the signal is aborted, and where records were
   * deleted that it would have returned next: then `takeGaps` says which. FLY_TOPIC when the position is after the end of the log:
   * going on would skip what is appended until the log reaches it.
   */
  poll(max: number): Promise<readonly LogRecord[]>
  /** The gaps that were passed by `poll` since the last call. */
  takeGaps(): readonly PositionGap[]
  /**
   * One transaction: appends the outputs and commits the consumed positions, or does neither. FLY_FENCED when another process owns the
   * partition now; FLY_BROKER when nothing was committed: the call can be repeated. Returns
   * the offset after the last output of each partition, so that a reader which starts there misses nothing that is committed
   * later. Partitions for which it is not known are left out.
   */
  commit(outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]>
}

/** Records that were deleted before a group consumed them: those from its position `from` to `to`, the oldest offset that is left. */
export type PositionGap = TopicPartition & { readonly from: number; readonly to: number }

export type TopicPartitionCount = { readonly name: string; readonly partitions: number }

/** An existing topic. `replicas` is the smallest number of replicas of its partitions; absent where the log does not replicate. */
export type ExistingTopic = TopicPartitionCount & { readonly replicas?: number }

/**
 * How long a compacted topic keeps tombstones, in milliseconds (Kafka's default). A reader that was away for longer may have keys
 * whose deletion can no longer be read.
 */
export const tombstoneRetentionMs = 86_400_000

/** A topic to create. `keep` is its retention, as in the map: days, or a policy. */
export type TopicSpec = TopicPartitionCount & { readonly keep: number | 'compact' | 'forever' }

/**
 * A setting of an existing topic that differs from what the topic would be created with. `loses` says which records are lost by it;
 * undefined where none are.
 */
export type SettingDifference = {
  readonly topic: string
  readonly setting: string
  readonly is: string
  readonly should: string
  readonly loses: string | undefined
}

/** The offset of the oldest record of a partition, and the offset after the newest. */
export type PartitionBounds = TopicPartition & { readonly begin: number; readonly end: number }

/**
 * Why a group cannot go on at its committed position: it is after the end of the log, whose records were lost or replaced, or the
 * records that follow it were deleted.
 */
export type PositionProblem = 'beyond-end' | 'deleted'

/** How many records of a partition a group has not consumed; `oldest` is the append time of the first of them, null where there is none. */
export type PartitionLag = TopicPartition & {
  readonly records: number
  readonly oldest: number | null
  /** Absent where the group can go on. With `beyond-end`, all records of the partition count as not consumed. */
  readonly problem?: PositionProblem
}

export type ReadOptions = {
  /** Only these partitions of each topic; all of them when absent. */
  readonly partitions?: readonly number[]
  /**
   * Where to start. An offset that retention has deleted is replaced by the oldest one that is left. An offset after the end belongs to
   * another log, which this one has replaced: the partition is read from its beginning, as are those without a position.
   */
  readonly from: 'beginning' | 'end' | readonly Position[]
  /** Whether to go on with new records after the end, and with partitions that the topics get, until the signal is aborted. */
  readonly follow: boolean
  /** Called once, when all records that existed at the call have been read. */
  readonly onCaughtUp?: () => void
}

/** The event log: partitioned, ordered per key, consumed by groups, transactional. Readers see committed records only. */
export interface EventLog {
  /** Durable when it resolves. Records of one call that share a key keep their order. */
  append(records: readonly NewRecord[]): Promise<void>
  /**
   * Joins a consumer group until `signal` is aborted. Calls `consume` once for each partition number that is assigned, and waits for
   * all calls to end before it leaves. An error of `consume` ends the membership and is thrown. `onMembership` is told how many
   * partition numbers it has at each assignment, 0 where others have them all, and undefined once the membership is lost.
   */
  join(
    group: string,
    topics: readonly string[],
    consume: (consumer: PartitionConsumer) => Promise<void>,
    signal: AbortSignal,
    onMembership?: (partitions: number | undefined) => void,
  ): Promise<void>
  /** Reads without a group. Resolves when all records that existed at the call have been read; with `follow`, when the signal is aborted. */
  read(
    topics: readonly string[],
    options: ReadOptions,
    onRecords: (records: readonly LogRecord[]) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>
  topics(): Promise<readonly ExistingTopic[]>
  /** Creates the topics that do not exist. FLY_TOPIC when one exists with another number of partitions. */
  createTopics(specs: readonly TopicSpec[]): Promise<void>
  /** Compares the settings of topics, which exist; none differ where the log has no settings, or does not tell them. */
  settingDifferences(specs: readonly TopicSpec[]): Promise<readonly SettingDifference[]>
  /** Raises the number of partitions. */
  growTopic(topic: TopicPartitionCount): Promise<void>
  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]>
  /** For each partition, the position of the first record appended at or after a time (milliseconds since 1970), or the end. */
  positionsAt(topics: readonly string[], time: number): Promise<readonly Position[]>
  /** The committed positions of a group; partitions without one are left out. */
  committed(group: string, topics: readonly string[]): Promise<readonly Position[]>
  /** Sets committed positions of a group. FLY_USAGE while the group has members: they would overwrite them. */
  resetPositions(group: string, positions: readonly Position[]): Promise<void>
  /** Without reading records. A partition has at most `end - begin` of them: compaction and transaction markers leave gaps. */
  bounds(topics: readonly string[]): Promise<readonly PartitionBounds[]>
  close(): Promise<void>
}
