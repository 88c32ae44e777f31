import { avro } from '#schemas/avro.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import { type Codec, createCodec } from '../codec/codec.ts'
import { at } from '../core/checked.ts'
import { Fault, faultAction } from '../core/faults.ts'
import { originalRecord } from '../dead-letters/dead-letter.ts'
import { loadPayload } from '../dead-letters/payload.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import type { AnyInbound, Rule } from '../processing/any-service.ts'
import { type DecisionResult, decideRecord } from '../processing/decide-record.ts'
import { loadFacts } from '../processing/decisions.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { State } from '../state/state.ts'
import type { DecisionRange } from './decision-ranges.ts'
import { type FactOverrides, overrideFacts } from './override-facts.ts'
import { type RecordedDecision, recordedDecisions } from './recorded-decisions.ts'

/** The log and the objects to read from. Nothing is written to them. */
export type ReplaySource = { readonly log: EventLog; readonly codec: Codec; readonly objects: ObjectStore }

/** The rule to apply. `scratch` encodes what it emits. */
export type RerunOptions = {
  readonly service: Rule
  readonly config: FactOverrides | undefined
  readonly scratch: Codec
}

/** A recorded decision, and its result now. */
export type RerunDecision = RecordedDecision & {
  /** Number of keys in the state before it. */
  readonly keyCount: number
  /** A fault where the record is refused now; the state stays as it was then. */
  readonly result: DecisionResult | Fault
}

/**
 * Repeats the decisions of one partition number in order, each on the state that the earlier ones left. FLY_REPLAY when earlier
 * decisions that are needed for the state, or the input or the facts of a decision, are no longer kept.
 */
export async function* rerunDecisions(
  source: ReplaySource,
  { service, config, scratch }: RerunOptions,
  range: DecisionRange,
  signal: AbortSignal,
): AsyncGenerator<RerunDecision, void> {
  const state = new State()
  let first = true
  for await (const recorded of recordedDecisions(source, service.name, range, signal)) {
    if (first && recorded.decision.remembered > 0) throw missingHistoryFault(service.name, recorded)
    first = false
    const { inbound, facts } = await loadDecisionInput(source, service.name, recorded)
    const { keyCount } = state
    const effectiveFacts = config === undefined ? facts : overrideFacts(facts, config)
    const result = decideAgain(service, recorded.record, inbound, effectiveFacts, state, scratch)
    yield { ...recorded, keyCount, result }
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

/** The input event and the facts of a recorded decision. */
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
    `${service} is stateful, and its state of ${remembered} keys before the first decision that is kept, ${topic}/${partition}@${offset}, cannot be rebuilt: replay a log from its beginning, or keep ${topic} longer (topology/derive/required-topics.ts)`,
    { topic, partition, offset },
  )
}

const lostInputFault = (
  offset: number,
  { topic, partition, offset: inputOffset }: LogRecord,
  { message }: Fault,
): Fault =>
  new Fault(
    'FLY_REPLAY',
    `the input or the facts of the decision at offset ${offset}, on ${topic}/${partition}@${inputOffset}, cannot be read: ${message}; restore it in the object store (--home), or give a range that does not need it`,
    { topic, partition, offset: inputOffset },
  )

/** A codec for what a service emits, with a registry in memory: a replay registers nothing. */
export async function createScratchCodec(service: ServiceName): Promise<Codec> {
  const schemas: object[] = []
  const registry: SchemaRegistry = {
    register: async (_subject, schema) => schemas.push(schema) - 1,
    schema: async id => at(schemas, id),
    close: async () => {},
  }
  const codec = createCodec(registry, avro)
  await codec.registerSchemas(services[service].writes)
  return codec
}
