import { Fault, faultAction } from '../core/faults.ts'
import { deadLetter } from '../dead-letters/dead-letter.ts'
import { storePayload } from '../dead-letters/payload.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import type { State } from '../state/state.ts'
import type { Rule } from './any-service.ts'
import { decideRecord } from './decide-record.ts'
import { recordDecision } from './decisions.ts'
import type { PreparedRecord } from './prepare-batch.ts'
import type { ProcessingContext } from './process-partition.ts'

export type RefusedRecord = { readonly record: LogRecord; readonly fault: Fault; readonly attempts: number }

/** What goes into the transaction of a batch; `tell` is for after its commit: it counts, and logs what was refused. */
export type BatchResult = {
  readonly outputs: readonly NewRecord[]
  readonly refused: readonly RefusedRecord[]
  readonly report: () => void
}

/**
 * Decides in order, each record on the state that the one before left; a refused one leaves nothing behind but its dead letter.
 */
export async function decideBatch(
  service: Rule,
  batch: readonly PreparedRecord[],
  state: State,
  context: ProcessingContext,
): Promise<BatchResult> {
  const outputs: NewRecord[] = []
  const objects = new Set<Uint8Array>()
  const decided: LogRecord[] = []
  const empty: LogRecord[] = []
  const refused: RefusedRecord[] = []
  for (const prepared of batch) {
    const { record, span } = prepared
    if (prepared.status === 'empty') {
      empty.push(record)
      continue
    }
    try {
      if (prepared.status === 'refused') throw prepared.fault
      span?.decideStarted()
      const { inbound, facts } = prepared
      const made = decideRecord(service, record, inbound, facts, state, context.codec, span?.traceparent)
      const { decision, ids, outputs: events } = made
      const decidedRecord = { record, inputId: inbound.event.id, facts, outputs: ids, remembered: state.keyCount }
      const recorded = recordDecision(service.name, decidedRecord, context.codec)
      outputs.push(...events)
      if (recorded) outputs.push(recorded.record)
      if (recorded?.object) objects.add(recorded.object)
      state.apply(decision.stateChanges ?? [])
      for (const object of decision.objects ?? []) objects.add(object)
      decided.push(record)
      span?.decideEnded()
    } catch (error) {
      span?.decideEnded(error)
      if (!(error instanceof Fault) || faultAction(error) !== 'dead-letter') throw error
      const attempts = prepared.status === 'refused' ? prepared.attempts : 1
      refused.push({ record, fault: error, attempts })
      const deadLetterRecord = deadLetter(service.name, record, error, attempts)
      const stored = prepared.status === 'refused' && prepared.storePayload ? storePayload(deadLetterRecord) : undefined
      outputs.push(stored?.record ?? deadLetterRecord)
      if (stored) objects.add(stored.object)
    }
  }
  // Objects first: an event never names what is not there.
  await Promise.all(Array.from(objects, content => context.objects.put(content)))
  return {
    ...{ outputs, refused },
    report: () => {
      const { name } = service
      const fates = { decided, empty, 'dead-lettered': refused.map(({ record }) => record) }
      for (const [outcome, records] of Object.entries(fates))
        for (const [topic, count] of countByTopic(records))
          context.metrics.records.inc({ service: name, topic, outcome }, count)
      for (const [topic, count] of countByTopic(outputs)) context.metrics.emitted.inc({ service: name, topic }, count)
      for (const { record, fault } of refused) {
        const { topic, partition, offset } = record
        const about = { service: name, topic, partition, offset, code: fault.code, why: fault.message }
        context.logger.warn(about, 'record dead-lettered')
      }
    },
  }
}

/** How many there are of each topic. */
function countByTopic(records: readonly { readonly topic: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { topic } of records) counts.set(topic, (counts.get(topic) ?? 0) + 1)
  return counts
}
