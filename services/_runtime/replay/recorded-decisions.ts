import type { DecisionRecorded } from '#schemas/events.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { errorMessage, Fault, faultAction } from '../core/faults.ts'
import type { EventLog, LogRecord, Position } from '../log/event-log.ts'
import { partitionKey } from '../log/positions.ts'
import type { DecisionRange } from './decision-ranges.ts'
import { readPartition } from './read-partition.ts'

/** A recorded decision with its input record. `offset` is that of the decision. */
export type RecordedDecision = {
  readonly offset: number
  readonly decision: DecisionRecorded
  readonly record: LogRecord
}

/**
 * The decisions of one partition number, in order, each with its input record. Both are streamed: inputs of a topic were processed in
 * order, so one forward reader for each topic finds them all. FLY_REPLAY when an input is no longer kept, or when a decision
 * was recorded by a version that did not record their order.
 */
export async function* recordedDecisions(
  { log, codec }: { readonly log: EventLog; readonly codec: Codec },
  service: ServiceName,
  { partition, start, end }: Pick<DecisionRange, 'partition' | 'start' | 'end'>,
  signal: AbortSignal,
): AsyncGenerator<RecordedDecision, void> {
  const inputs = new Map<string, AsyncGenerator<LogRecord, void>>()
  const inputOf = async ({ topic, offset }: DecisionRecorded): Promise<LogRecord> => {
    const input = inputs.get(topic) ?? readPartition(log, { topic, partition, offset }, signal)
    inputs.set(topic, input)
    let found = await input.next()
    while (!found.done && found.value.offset < offset) found = await input.next()
    if (found.done || found.value.offset > offset) throw missingRecordFault(topic, partition, offset)
    return found.value
  }
  const topic = decisionsTopic(service)
  try {
    for await (const { offset, value } of readPartition(log, { topic, partition, offset: start }, signal)) {
      if (offset >= end) return
      const decision = value && (await decodeDecision(codec, { topic, partition, offset }, value))
      if (!decision || decision.partition !== partition || decision.remembered < 0)
        throw tooOldFault(topic, partition, offset)
      yield { offset, decision, record: await inputOf(decision) }
    }
  } finally {
    for (const input of inputs.values()) await input.return()
  }
}

/** FLY_REPLAY when the record is none: to leave it out could change the state of all later decisions. */
async function decodeDecision(codec: Codec, at: Position, value: Buffer): Promise<DecisionRecorded> {
  try {
    return (await codec.decode(at.topic, value)) as DecisionRecorded
  } catch (error) {
    if (faultAction(error) !== 'dead-letter') throw error
    const place = `${partitionKey(at)}@${at.offset}`
    const message = `${place} is no decision that can be read (${errorMessage(error)}): give a later --since, or another log`
    throw new Fault('FLY_REPLAY', message, { ...at }, error)
  }
}

const missingRecordFault = (topic: string, partition: number, offset: number): Fault =>
  new Fault(
    'FLY_REPLAY',
    `the record ${topic}/${partition}@${offset} is no longer kept: give a later --since; for a stateful service, keep its inputs longer (topology/map.ts)`,
    { topic, partition, offset },
  )

const tooOldFault = (topic: string, partition: number, offset: number): Fault =>
  new Fault(
    'FLY_REPLAY',
    `${topic}/${partition}@${offset} was recorded by an earlier version, without the order of decisions: give a later --since, or replay a log that began with this version`,
    { topic, partition, offset },
  )
