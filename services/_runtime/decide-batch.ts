import { deadLetter } from './dead-letter.ts'
import { apart } from './dead-letter-apart.ts'
import { decideRecord } from './decide-record.ts'
import { recordDecision } from './decisions.ts'
import { Fault, verdict } from './faults.ts'
import type { Prepared } from './gather.ts'
import type { LogRecord, NewRecord } from './log.ts'
import type { AnyService } from './service.ts'
import type { State } from './state.ts'
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
  const counts: [topic: string, outcome: 'decided' | 'dead-lettered' | 'empty'][] = []
  const refused: Refusal[] = []
  for (const prepared of batch) {
    const { record, span } = prepared
    if (prepared.fate === 'empty') {
      counts.push([record.topic, 'empty'])
      continue
    }
    try {
      if (prepared.fate === 'refused') throw prepared.fault
      span?.deciding()
      const { inbound, facts } = prepared
      const decided = decideRecord(service, record, inbound, facts, state, context.codec, span?.traceparent)
      const { decision, ids, outputs: events } = decided
      const past = { record, inputId: inbound.event.id, facts, outputs: ids, remembered: state.keys }
      const recorded = recordDecision(service.name, past, context.codec)
      outputs.push(...events)
      if (recorded) outputs.push(recorded.record)
      if (recorded?.object) objects.add(recorded.object)
      state.apply(decision.keep ?? [])
      for (const object of decision.objects ?? []) objects.add(object)
      counts.push([record.topic, 'decided'])
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
      counts.push([record.topic, 'dead-lettered'])
    }
  }
  // Objects first: an event never names what is not there.
  await Promise.all(Array.from(objects, content => context.objects.put(content)))
  return {
    ...{ outputs, refused },
    tell: () => {
      for (const [topic, outcome] of counts) context.metrics.records.inc({ service: service.name, topic, outcome })
      for (const { topic } of outputs) context.metrics.emitted.inc({ service: service.name, topic })
      for (const { record, fault } of refused) {
        const { topic, partition, offset } = record
        const about = { service: service.name, topic, partition, offset, code: fault.code, why: fault.message }
        context.logger.warn(about, 'record dead-lettered')
      }
    },
  }
}
