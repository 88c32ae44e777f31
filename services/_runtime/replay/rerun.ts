import { decisionsTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { Fault, faultAction } from '../core/faults.ts'
import { originalRecord } from '../dead-letters/dead-letter.ts'
import { loadPayload } from '../dead-letters/payload.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import type { AnyInbound, Rule } from '../processing/any-service.ts'
import { type DecisionResult, decideRecord } from '../processing/decide-record.ts'
import { loadFacts } from '../processing/decisions.ts'
import { State } from '../state/state.ts'
import type { DecisionRange } from './decision-ranges.ts'
import { type FactOverrides, overrideFacts } from './override-facts.ts'
import { type RecordedDecision, recordedDecisions } from './recorded-decisions.ts'

/** What is replayed: read only. */
export type ReplaySource = { readonly log: EventLog; readonly codec: Codec; readonly objects: ObjectStore }

/** What decides now; `scratch` encodes what is emitted. */
export type RerunOptions = {
  readonly service: Rule
  readonly config: FactOverrides | undefined
  readonly scratch: Codec
}

/** A decision of then, and what comes of its record now. */
export type RerunDecision = RecordedDecision & {
  /** Keys in memory before it. */
  readonly keyCount: number
  /** Or why the record is refused, which then changes nothing. */
  readonly result: DecisionResult | Fault
}

/**
 * What a task decided, decided again in its order, each on the memory that the ones before leave. FLY_REPLAY when what leads up
 * to the memory, or the record or the facts of a decision, are gone.
 */
export async function* rerunDecisions(
  source: ReplaySource,
  { service, config, scratch }: RerunOptions,
  span: DecisionRange,
  signal: AbortSignal,
): AsyncGenerator<RerunDecision, void> {
  const state = new State()
  let first = true
  for await (const recorded of recordedDecisions(source, service.name, span, signal)) {
    if (first && recorded.decision.remembered > 0) throw missingHistoryFault(service.name, recorded)
    first = false
    const { inbound, facts } = await loadDecisionInput(source, service.name, recorded)
    const { keyCount } = state
    const given = config === undefined ? facts : overrideFacts(facts, config)
    yield {
      ...recorded,
      keyCount: keyCount,
      result: decideAgain(service, recorded.record, inbound, given, state, scratch),
    }
  }
}

function decideAgain(
  service: Rule,
  record: LogRecord,
  inbound: AnyInbound,
  facts: unknown,
  state: State,
  scratch: Codec,
): DecisionResult | Fault {
  try {
    const decided = decideRecord(service, record, inbound, facts, state, scratch)
    state.apply(decided.decision.stateChanges ?? [])
    state.markCommitted()
    return decided
  } catch (error) {
    if (error instanceof Fault && faultAction(error) === 'dead-letter') return error
    throw error
  }
}

/** What the service was given then. */
async function loadDecisionInput(
  { codec, objects }: ReplaySource,
  service: ServiceName,
  { offset, decision, record }: RecordedDecision,
): Promise<{ readonly inbound: AnyInbound; readonly facts: unknown }> {
  const origin = originalRecord(service, record)
  try {
    const { topic, value } = origin === record ? record : await loadPayload(origin, objects)
    if (value === null) throw new Fault('FLY_DECODE', 'the record has no content')
    const event = (await codec.decode(topic, value)) as AnyInbound['event']
    return { inbound: { topic, event }, facts: await loadFacts(decision, objects) }
  } catch (error) {
    throw error instanceof Fault && faultAction(error) === 'dead-letter' ? lostInputFault(offset, record, error) : error
  }
}

const missingHistoryFault = (
  service: ServiceName,
  { offset, decision: { partition, remembered } }: RecordedDecision,
): Fault => {
  const topic = decisionsTopic(service)
  return new Fault(
    'FLY_REPLAY',
    `${service} remembers, and the first decision kept, ${topic}/${partition}@${offset}, stood on ${remembered} keys that nothing kept leads up to: replay a log from its beginning, or keep ${topic} longer (topology/derive/required-topics.ts)`,
    { topic, partition, offset },
  )
}

const lostInputFault = (offset: number, { topic, partition, offset: at }: LogRecord, { message }: Fault): Fault =>
  new Fault(
    'FLY_REPLAY',
    `what decision ${offset} of partition ${partition}, on ${topic}/${partition}@${at}, was made from is lost: ${message}; bring it back to where the objects are (--home), or give a range that does not need it`,
    { topic, partition, offset: at },
  )
