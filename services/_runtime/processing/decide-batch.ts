import { Fault, faultAction } from '../core/faults.ts'
import { TimeSlice } from '../core/time-slice.ts'
import { deadLetter } from '../dead-letters/dead-letter.ts'
import { storePayload } from '../dead-letters/payload.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import type { State } from '../state/state.ts'
import type { Rule } from './any-service.ts'
import type { ProcessingContext } from './context.ts'
import { decideRecord } from './decide-record.ts'
import { recordDecision } from './decisions.ts'
import type { PreparedRecord } from './prepared-record.ts'

export type DecideContext = Pick<ProcessingContext, 'codec' | 'objects' | 'metrics' | 'logger'>

export type RefusedRecord = { readonly record: LogRecord; readonly fault: Fault; readonly attempts: number }

/** The outputs of a batch, for its transaction. Call `report` after the commit: it updates metrics and logs refused records. */
export type BatchResult = {
  readonly outputs: readonly NewRecord[]
  readonly refused: readonly RefusedRecord[]
  readonly report: () => void
}

/** A decision that takes longer holds up the heartbeats of this process, and is told. */
const slowDecisionMs = 5_000

/**
 * Decides the records in order; each sees the state changes of those before it. The only output of a refused record is its dead
 * letter. Objects are stored before this resolves. The event loop turns between the decisions, so that a long batch does not hold
 * up heartbeats. Rejects when the signal is aborted meanwhile.
 */
export async function decideBatch(
  service: Rule,
  batch: readonly PreparedRecord[],
  state: State,
  context: DecideContext,
  signal: AbortSignal,
): Promise<BatchResult> {
  const outputs: NewRecord[] = []
  const objects = new Set<Uint8Array>()
  const decided: LogRecord[] = []
  const empty: LogRecord[] = []
  const refused: RefusedRecord[] = []
  const slice = new TimeSlice()
  for (const prepared of batch) {
    if (slice.isUsed) {
      await slice.next()
      signal.throwIfAborted()
    }
    const { record, span } = prepared
    if (prepared.status === 'empty') {
      empty.push(record)
      continue
    }
    try {
      if (prepared.status === 'refused') throw prepared.fault
      span?.decideStarted()
      const { inbound, facts } = prepared
      const started = performance.now()
      const result = decideRecord(service, record, inbound, facts, state, context.codec, span?.traceparent)
      const milliseconds = Math.round(performance.now() - started)
      if (milliseconds > slowDecisionMs) {
        const { topic, partition, offset } = record
        const details = { service: service.name, topic, partition, offset, milliseconds }
        context.logger.warn(details, 'decision held the process: no heartbeats and no requests meanwhile')
      }
      const { decision } = result
      const decidedRecord = {
        record,
        inputId: inbound.event.id,
        facts,
        outputs: result.ids,
        remembered: state.keyCount,
      }
      const recorded = recordDecision(service.name, decidedRecord, context.codec)
      outputs.push(...result.outputs)
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
      const letter = deadLetter(service.name, record, error, attempts)
      const stored = prepared.status === 'refused' && prepared.storePayload ? storePayload(letter) : undefined
      outputs.push(stored?.record ?? letter)
      if (stored) objects.add(stored.object)
    }
  }
  // Before the commit, so that no event names an object that does not exist.
  await Promise.all(Array.from(objects, content => context.objects.put(content)))
  const report = (): void => {
    const { name } = service
    const { metrics, logger } = context
    const outcomes = { decided, empty, 'dead-lettered': refused.map(({ record }) => record) }
    for (const [outcome, records] of Object.entries(outcomes))
      for (const [topic, count] of countByTopic(records)) metrics.records.inc({ service: name, topic, outcome }, count)
    for (const [topic, count] of countByTopic(outputs)) metrics.emitted.inc({ service: name, topic }, count)
    for (const { record, fault } of refused) {
      const { topic, partition, offset } = record
      metrics.refusedRecords.inc({ service: name, topic, code: fault.code })
      const details = { service: name, topic, partition, offset, code: fault.code, why: fault.message }
      logger.warn(details, 'record dead-lettered')
    }
  }
  return { outputs, refused, report }
}

function countByTopic(records: readonly { readonly topic: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { topic } of records) counts.set(topic, (counts.get(topic) ?? 0) + 1)
  return counts
}
