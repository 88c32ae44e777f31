import { Fault } from '../core/faults.ts'
import type { LogRecord, PartitionBounds, Position, PositionProblem, ReadOptions, TopicPartition } from './event-log.ts'

/** A partition as text, for keys of maps and messages. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

/** Where to go on after these records: one position for each partition. Records of a partition are in their order. */
export function positionsAfter(records: readonly LogRecord[]): readonly Position[] {
  const positions = new Map<string, Position>()
  for (const { topic, partition, offset } of records)
    positions.set(partitionKey({ topic, partition }), { topic, partition, offset: offset + 1 })
  return [...positions.values()]
}

/** The offset of each position, by the key of its partition. */
export const offsetsByPartition = (positions: readonly Position[]): ReadonlyMap<string, number> =>
  new Map(positions.map(position => [partitionKey(position), position.offset]))

/** The offset at which `ReadOptions.from` begins in a partition whose records have offsets from `begin` to below `end`. */
export function startOffset(from: ReadOptions['from'], { topic, partition, begin, end }: PartitionBounds): number {
  if (from === 'beginning') return begin
  if (from === 'end') return end
  const requested = from.find(position => position.topic === topic && position.partition === partition)
  return requested === undefined || requested.offset > end ? begin : Math.max(requested.offset, begin)
}

/** What is wrong with a committed position; null is no position. */
export function positionProblem(
  committed: number | null,
  { begin, end }: Pick<PartitionBounds, 'begin' | 'end'>,
): PositionProblem | undefined {
  if (committed === null) return undefined
  if (committed > end) return 'beyond-end'
  return committed < begin ? 'deleted' : undefined
}

/** The fault of a group whose position is after the end of the log. */
export function beyondEndFault(group: string, { topic, partition, offset }: Position, end: number): Fault {
  return new Fault(
    'FLY_TOPIC',
    `group ${group} has consumed ${topic}/${partition} up to offset ${offset}, but its log ends at ${end}: records were lost, ` +
      'or the topic was replaced. Going on would skip what was appended since. Find out what was lost, stop the service, and ' +
      `choose where it goes on: flywheel positions reset SERVICE --to beginning --topic TOPIC --partition ${partition} ` +
      '(--dry-run says what that does, flywheel positions show SERVICE where it is)',
    { group, topic, partition, committed: offset, end },
  )
}

/** The fault of a reader without a group that was overtaken by the end of the log. */
export const replacedLogFault = ({ topic, partition, offset }: Position, end: number): Fault =>
  new Fault(
    'FLY_TOPIC',
    `${topic}/${partition} was read up to offset ${offset}, but its log ends at ${end}: records were lost, or the topic was ` +
      'replaced. Start the process again: it reads the topic from its beginning',
    { topic, partition, offset, end },
  )

export const groupHasMembersFault = (group: string): Fault =>
  new Fault('FLY_USAGE', `group ${group} has members, which would overwrite its positions: stop the service first`, {
    group,
  })
