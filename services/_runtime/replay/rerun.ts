import { decisionsTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { Fault, verdict } from '../core/faults.ts'
import { originOf } from '../dead-letters/dead-letter.ts'
import { whole } from '../dead-letters/payload.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { type AnyInbound, type Decided, decideRecord } from '../processing/decide-record.ts'
import { factsOf } from '../processing/decisions.ts'
import type { AnyService } from '../service.ts'
import { State } from '../state/state.ts'
import { history, type Recorded } from './history.ts'
import { type Config, overlay } from './overlay.ts'
import type { Span } from './spans.ts'

/** What is replayed: read only. */
export type Source = { readonly log: EventLog; readonly codec: Codec; readonly objects: ObjectStore }

/** What decides now; `scratch` encodes what is emitted. */
export type By = { readonly service: AnyService; readonly config: Config | undefined; readonly scratch: Codec }

/** A decision of then, and what comes of its record now. */
export type Redecided = Recorded & {
  /** Keys in memory before it. */
  readonly keys: number
  /** Or why the record is refused, which then changes nothing. */
  readonly now: Decided | Fault
}

/**
 * What a task decided, decided again in its order, each on the memory that the ones before leave. FLY_REPLAY when what leads up
 * to the memory, or the record or the facts of a decision, are gone.
 */
export async function* rerun(
  source: Source,
  { service, config, scratch }: By,
  span: Span,
  signal: AbortSignal,
): AsyncGenerator<Redecided, void> {
  const state = new State()
  let first = true
  for await (const recorded of history(source, service.name, span, signal)) {
    if (first && recorded.decision.remembered > 0) throw noBeginning(service.name, recorded)
    first = false
    const { inbound, facts } = await pastOf(source, service.name, recorded)
    const { keys } = state
    const given = config === undefined ? facts : overlay(facts, config)
    yield { ...recorded, keys, now: decide(service, recorded.record, inbound, given, state, scratch) }
  }
}

function decide(
  service: AnyService,
  record: LogRecord,
  inbound: AnyInbound,
  facts: unknown,
  state: State,
  scratch: Codec,
): Decided | Fault {
  try {
    const decided = decideRecord(service, record, inbound, facts, state, scratch)
    state.apply(decided.decision.keep ?? [])
    state.settle()
    return decided
  } catch (error) {
    if (error instanceof Fault && verdict(error) === 'dead-letter') return error
    throw error
  }
}

/** What the service was given then. */
async function pastOf(
  { codec, objects }: Source,
  service: ServiceName,
  { offset, decision, record }: Recorded,
): Promise<{ readonly inbound: AnyInbound; readonly facts: unknown }> {
  const origin = originOf(service, record)
  try {
    const { topic, value } = origin === record ? record : await whole(origin, objects)
    if (value === null) throw new Fault('FLY_DECODE', 'the record has no content')
    const event = (await codec.decode(topic, value)) as AnyInbound['event']
    return { inbound: { topic, event }, facts: await factsOf(decision, objects) }
  } catch (error) {
    throw error instanceof Fault && verdict(error) === 'dead-letter' ? lost(offset, record, error) : error
  }
}

const noBeginning = (service: ServiceName, { offset, decision: { partition, remembered } }: Recorded): Fault => {
  const topic = decisionsTopic(service)
  return new Fault(
    'FLY_REPLAY',
    `${service} remembers, and the first decision kept, ${topic}/${partition}@${offset}, stood on ${remembered} keys that nothing kept leads up to: replay a log from its beginning, or keep ${topic} longer (topology/derive/wanted.ts)`,
    { topic, partition, offset },
  )
}

const lost = (offset: number, { topic, partition, offset: at }: LogRecord, { message }: Fault): Fault =>
  new Fault(
    'FLY_REPLAY',
    `what decision ${offset} of partition ${partition}, on ${topic}/${partition}@${at}, was made from is lost: ${message}; bring it back to where the objects are (--home), or give a range that does not need it`,
    { topic, partition, offset: at },
  )
