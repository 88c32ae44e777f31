import { Fault, verdict } from '../core/faults.ts'
import { deadLetter } from '../dead-letters/dead-letter.ts'
import { apart } from '../dead-letters/payload.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import type { AnyService } from '../service.ts'
import type { State } from '../state/state.ts'
import { decideRecord } from './decide-record.ts'
import { recordDecision } from './decisions.ts'
import type { Prepared } from './gather.ts'
import type { StepContext } from './step.ts'

export type Refusal = { readonly record: LogRecord; readonly fault: Fault; readonly attempts: number }

/** What goes into the transaction of a batch; `tell` is for after its commit: it counts, and logs what was refused. */
export type Outcome = {
  readonly outputs: readonly NewRecord[]
  readonly refused: readonly Refusal[]
  readonly tell: () => void
}

/**
 * Decides in order, each record on the state that the one before left; a refused one leaves nothing behind but its dead letter.
 */
export async function decideBatch(
  service: AnyService,
  batch: readonly Prepared[],
  state: State,
  context: StepContext,
): Promise<Outcome> {
  const outputs: NewRecord[] = []
  const objects = new Set<Uint8Array>()
  const decided: LogRecord[] = []
  const empty: LogRecord[] = []
  const refused: Refusal[] = []
  for (const prepared of batch) {
    const { record, span } = prepared
    if (prepared.fate === 'empty') {
      empty.push(record)
      continue
    }
    try {
      if (prepared.fate === 'refused') throw prepared.fault
      span?.deciding()
      const { inbound, facts } = prepared
      const made = decideRecord(service, record, inbound, facts, state, context.codec, span?.traceparent)
      const { decision, ids, outputs: events } = made
      const past = { record, inputId: inbound.event.id, facts, outputs: ids, remembered: state.keys }
      const recorded = recordDecision(service.name, past, context.codec)
      outputs.push(...events)
      if (recorded) outputs.push(recorded.record)
      if (recorded?.object) objects.add(recorded.object)
      state.apply(decision.keep ?? [])
      for (const object of decision.objects ?? []) objects.add(object)
      decided.push(record)
      span?.decided()
    } catch (error) {
      span?.decided(error)
      if (!(error instanceof Fault) || verdict(error) !== 'dead-letter') throw error
      const attempts = prepared.fate === 'refused' ? prepared.attempts : 1
      refused.push({ record, fault: error, attempts })
      const letter = deadLetter(service.name, record, error, attempts)
      const stored = prepared.fate === 'refused' && prepared.apart ? apart(letter) : undefined
      outputs.push(stored?.record ?? letter)
      if (stored) objects.add(stored.object)
    }
  }
  // Objects first: an event never names what is not there.
  await Promise.all(Array.from(objects, content => context.objects.put(content)))
  return {
    ...{ outputs, refused },
    tell: () => {
      const { name } = service
      const fates = { decided, empty, 'dead-lettered': refused.map(({ record }) => record) }
      for (const [outcome, records] of Object.entries(fates))
        for (const [topic, count] of byTopic(records))
          context.metrics.records.inc({ service: name, topic, outcome }, count)
      for (const [topic, count] of byTopic(outputs)) context.metrics.emitted.inc({ service: name, topic }, count)
      for (const { record, fault } of refused) {
        const { topic, partition, offset } = record
        const about = { service: name, topic, partition, offset, code: fault.code, why: fault.message }
        context.logger.warn(about, 'record dead-lettered')
      }
    },
  }
}

/** How many there are of each topic. */
function byTopic(records: readonly { readonly topic: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { topic } of records) counts.set(topic, (counts.get(topic) ?? 0) + 1)
  return counts
}
