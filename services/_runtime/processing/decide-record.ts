import type { Codec } from '../codec/codec.ts'
import { Fault } from '../core/faults.ts'
import { deriveId } from '../core/identity.ts'
import { originalRecord } from '../dead-letters/dead-letter.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import { maxValueBytes } from '../log/record-size.ts'
import type { StateView } from '../state/state.ts'
import { chainStartHeader } from '../telemetry/chain-start.ts'
import { propagatedTraceparent } from '../telemetry/traceparent.ts'
import type { AnyDecision, AnyInbound, Rule } from './any-service.ts'

export type DecisionResult = {
  readonly decision: AnyDecision
  /** Ids of the emitted events, in order. */
  readonly ids: readonly string[]
  /** The events as records, in the same order. */
  readonly outputs: readonly NewRecord[]
}

/**
 * Decides one record, without side effects: a live decision and its replay run the same code. `traceparent` is the span of the
 * record; the default continues the trace of the record. Faults: those of the rule; FLY_BUG, with the position of the record,
 * for any other error of the rule; FLY_ENCODE and FLY_TOO_LARGE when an event does not fit its topic.
 */
export function decideRecord(
  service: Rule,
  record: LogRecord,
  inbound: AnyInbound,
  facts: unknown,
  state: StateView,
  codec: Codec,
  traceparent = propagatedTraceparent(record.headers['traceparent'], inbound.event.id),
): DecisionResult {
  const decision = runDecide(service, record, inbound, facts, state)
  const ids: string[] = []
  const outputs: NewRecord[] = []
  const headers = outputHeaders(service, record, traceparent)
  const { id: inputId, at: inputAt } = inbound.event
  for (const { topic, event, parents = [], notBefore = inputAt } of decision.emit ?? []) {
    // The input may be older than the state: an event is never dated before what it follows from.
    const at = Math.max(inputAt, notBefore)
    // Derived from the version of the rule, the input and the index, so that a replay makes the same id.
    const id = deriveId(service.version, inputId, ids.length)
    const output = codec.record(topic, { ...event, id, parents: [inputId, ...parents], at }, headers)
    if (output.value !== null && output.value.length > maxValueBytes)
      throw new Fault('FLY_TOO_LARGE', `an event for ${topic} is larger than ${maxValueBytes} bytes`)
    ids.push(id)
    outputs.push(output)
  }
  return { decision, ids, outputs }
}

/** For a re-driven record the chain starts at its first consumption, so the time as a dead letter is included. */
function outputHeaders(service: Rule, record: LogRecord, traceparent: string): Readonly<Record<string, string>> {
  const start = record.headers[chainStartHeader] ?? String(originalRecord(service.name, record).timestamp)
  return { traceparent, [chainStartHeader]: start }
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
    const details = { service: name, topic, partition, offset }
    throw new Fault('FLY_BUG', `${name} failed on ${topic}/${partition}@${offset}: ${String(error)}`, details, error)
  }
}
