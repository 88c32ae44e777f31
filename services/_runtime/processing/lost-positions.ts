import type { PositionLost } from '#schemas/events.ts'
import { consumedTopics, serviceDefinitions } from '#topology/derive/definitions.ts'
import { consumerGroup, deadLetterTopic, decisionsTopic, stateTopic } from '#topology/derive/names.ts'
import { topic as mapTopic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import { deriveId } from '../core/identity.ts'
import type { EventLog, PartitionConsumer, Position, PositionGap, TopicPartition } from '../log/event-log.ts'
import { partitionKey } from '../log/positions.ts'
import type { LostPositionPolicy, ProcessingContext } from './context.ts'

/** Records that are skipped, or decided again, where a service goes on: those from the offset `from` to before `to`. */
type LostRecords = TopicPartition & Pick<PositionLost, 'effect' | 'from' | 'to'>

type Context = Pick<ProcessingContext, 'log' | 'codec' | 'logger' | 'metrics' | 'onLostPosition'>

/**
 * Gives the group a position in each input of the partition where it has none. To be called first, before anything else is
 * committed: a group that has begun has a position from then on, so without one it was lost. Kafka deletes the positions of a group
 * seven days after its last member has left.
 *
 * A loss is told, and throws FLY_POSITION where the policy is to stop.
 */
export async function ensurePositions(
  service: ServiceName,
  consumer: PartitionConsumer,
  context: Context,
): Promise<void> {
  const { uncommitted } = consumer
  if (uncommitted.length === 0) return
  await handleLoss(service, consumer, await forgottenRecords(context.log, service, consumer), uncommitted, context)
}

/** Goes on after deleted records. They are told; FLY_POSITION where the policy is to stop. */
export async function passGaps(
  service: ServiceName,
  consumer: PartitionConsumer,
  gaps: readonly PositionGap[],
  context: Context,
): Promise<void> {
  const skipped = gaps.map(gap => ({ ...gap, effect: 'skipped' as const }))
  const positions = gaps.map(({ topic, partition, to }) => ({ topic, partition, offset: to }))
  await handleLoss(service, consumer, skipped, positions, context)
}

/**
 * The records whose position was forgotten. A service that consumes a record leaves a dead letter, a decision or a change of state in
 * the same partition number, and topics never give an offset again: where these topics end after offset 0 it has begun before.
 * A topic that it has not consumed before has no dead letters of it, while it has positions in its other topics.
 */
async function forgottenRecords(
  log: EventLog,
  service: ServiceName,
  { partition, uncommitted }: PartitionConsumer,
): Promise<readonly LostRecords[]> {
  const { reads, stateful } = serviceDefinitions[service]
  const inputs = consumedTopics(service)
  const letters = new Map<string, string>(reads.map(topic => [topic, deadLetterTopic(topic, service)]))
  const traces = [decisionsTopic(service), ...(stateful ? [stateTopic(service)] : [])]
  const bounds = (await log.bounds([...inputs, ...letters.values(), ...traces])).filter(
    one => one.partition === partition,
  )
  const isUsed = (topic: string | undefined): boolean => bounds.some(one => one.topic === topic && one.end > 0)
  const owned = bounds.filter(({ topic }) => inputs.includes(topic))
  const hasBegun = uncommitted.length === owned.length && traces.some(isUsed)
  return uncommitted.flatMap(({ topic, offset: from }) => {
    const to = owned.find(one => one.topic === topic)?.end ?? from
    return to > from && (hasBegun || isUsed(letters.get(topic)))
      ? [{ topic, partition, effect: 'repeated' as const, from, to }]
      : []
  })
}

/** Tells what was lost. Then stops, or commits the positions together with what is told. */
async function handleLoss(
  service: ServiceName,
  consumer: PartitionConsumer,
  lost: readonly LostRecords[],
  positions: readonly Position[],
  { log, codec, logger, metrics, onLostPosition }: Context,
): Promise<void> {
  const action = lostPositionPolicy(service, onLostPosition)
  const events = lost.map(records => codec.record(mapTopic.lostPositions, lostEvent(service, records, action)))
  const stops = lost.length > 0 && action === 'stop'
  // A commit of the consumer would give the group a position where it has none, and the next start would go on there.
  if (stops) await log.append(events)
  else await consumer.commit(events, positions)
  for (const records of lost) {
    const { topic, effect, from, to } = records
    logger.error({ service, ...records, action }, lossText(service, records))
    const counter = effect === 'skipped' ? metrics.skippedRecords : metrics.repeatedRecords
    counter.inc({ service, topic }, to - from)
  }
  if (stops) throw lostPositionFault(service, lost)
}

/** The policy of a service, given the setting: those whose output trains models stop where it is not set. */
export function lostPositionPolicy(service: ServiceName, setting: LostPositionPolicy | undefined): LostPositionPolicy {
  return setting ?? (serviceDefinitions[service].trainsModels ? 'stop' : 'continue')
}

function lostEvent(service: ServiceName, records: LostRecords, action: LostPositionPolicy): PositionLost {
  const { topic, partition, effect, from, to } = records
  const id = deriveId('lost-positions/v1', service, topic, partition, effect, from, to)
  return { id, service, topic, partition, effect, from, to, action }
}

function lossText(service: ServiceName, { effect, from, to, ...at }: LostRecords): string {
  const records = `the records from offset ${from} to ${to - 1} of ${partitionKey(at)}`
  return effect === 'skipped'
    ? `${records} were deleted before ${service} decided them`
    : `group ${consumerGroup(service)} had a position in ${partitionKey(at)} and has none now: ${records} may have been decided before`
}

function lostPositionFault(service: ServiceName, lost: readonly LostRecords[]): Fault {
  const texts = lost.map(records => {
    const reset = `flywheel positions reset ${service} --to WHERE --topic ${records.topic} --partition ${records.partition}`
    return `${lossText(service, records)}: choose where it goes on with ${reset}`
  })
  const message = `${texts.join('; ')}; or set FLYWHEEL_ON_LOST_POSITION=continue. flywheel positions show ${service} lists all positions`
  return new Fault('FLY_POSITION', message, { service, lost })
}
