import type { Codec } from '../codec/codec.ts'
import { Fault } from '../core/faults.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import { maxValueBytes } from '../log/record-size.ts'
import type { StateView } from '../state/state.ts'
import type { AnyDecision, AnyInbound, Rule } from './any-service.ts'
import { completeEvent } from './complete-event.ts'

export type DecisionResult = {
  readonly decision: AnyDecision
  /** Ids of the events it emits, in order. */
  readonly ids: readonly string[]
  /** The events as records, in the same order. */
  readonly outputs: readonly NewRecord[]
}

/**
 * What one record leads to by a service's rule; carries out nothing, so that a live decision and its replay are the same code.
 * Faults: those of the rule, FLY_BUG with the place for anything else that it throws; FLY_ENCODE and FLY_TOO_LARGE when an
 * event has no place in its topic.
 */
export function decideRecord(
  service: Rule,
  record: LogRecord,
  inbound: AnyInbound,
  facts: unknown,
  state: StateView,
  codec: Codec,
  traceparent?: string,
): DecisionResult {
  const decision = runDecide(service, record, inbound, facts, state)
  const emitted = (decision.emit ?? []).map((out, index) =>
    completeEvent(service, inbound.event, record, out, index, traceparent),
  )
  const outputs = emitted.map(({ topic, event, headers }) => codec.record(topic, event, headers))
  const tooLarge = outputs.find(({ value }) => (value?.length ?? 0) > maxValueBytes)
  if (tooLarge) throw new Fault('FLY_TOO_LARGE', `an event for ${tooLarge.topic} is larger than ${maxValueBytes} bytes`)
  return { decision, ids: emitted.map(({ event }) => event.id), outputs }
}

function runDecide(
  { name, decide }: Rule,
  { topic, partition, offset }: LogRecord,
  inbound: AnyInbound,
  facts: unknown,
  state: StateView,
): AnyDecision {
  try {
    return decide?.(inbound, facts, state) ?? {}
  } catch (error) {
    if (error instanceof Fault) throw error
    const about = { service: name, topic, partition, offset }
    throw new Fault('FLY_BUG', `${name} failed on ${topic}/${partition}@${offset}: ${String(error)}`, about, error)
  }
}
