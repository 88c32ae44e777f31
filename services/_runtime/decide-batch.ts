import { decisionsTopic } from '#topology/derive/names.ts'
import { deadLetter, envelope, recordDecision } from './emit.ts'
import { Fault, verdict } from './faults.ts'
import type { Prepared } from './gather.ts'
import { type LogRecord, maxRecordBytes, type NewRecord } from './log.ts'
import type { AnyService } from './service.ts'
import type { Change, State } from './state.ts'
import type { StepContext } from './step.ts'

/** What goes into the transaction of a batch; `count` is for after its commit. */
export type Outcome = {
  readonly outputs: readonly NewRecord[]
  readonly changes: readonly Change[]
  readonly count: () => void
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
  const changes: Change[] = []
  const objects: Uint8Array[] = []
  const counts: [topic: string, outcome: 'decided' | 'dead-lettered' | 'empty'][] = []
  for (const prepared of batch) {
    const { record } = prepared
    if (prepared.fate === 'empty') {
      counts.push([record.topic, 'empty'])
      continue
    }
    try {
      if (prepared.fate === 'refused') throw prepared.fault
      const decision = service.decide?.(prepared.inbound as never, prepared.facts as never, state) ?? {}
      const emitted = (decision.emit ?? []).map((out, index) =>
        envelope(service, prepared.inbound.event, record, out, index),
      )
      const encoded = emitted.map(({ topic, event, headers }) => context.codec.record(topic, event, headers))
      const tooLarge = encoded.find(({ value }) => (value?.length ?? 0) > maxRecordBytes)
      if (tooLarge)
        throw new Fault('FLY_TOO_LARGE', `an event for ${tooLarge.topic} is larger than ${maxRecordBytes} bytes`)
      outputs.push(...encoded)
      if (prepared.facts !== undefined) {
        const recorded = recordDecision(service.name, record, prepared.inbound.event.id, prepared.facts, emitted)
        outputs.push(context.codec.record(decisionsTopic(service.name), recorded.event))
        if (recorded.object) objects.push(recorded.object)
      }
      state.apply(decision.keep ?? [])
      changes.push(...(decision.keep ?? []))
      objects.push(...(decision.objects ?? []))
      counts.push([record.topic, 'decided'])
    } catch (error) {
      if (!(error instanceof Fault) || verdict(error) !== 'dead-letter') throw located(error, service.name, record)
      context.logger.warn(
        {
          service: service.name,
          topic: record.topic,
          partition: record.partition,
          offset: record.offset,
          code: error.code,
          why: error.message,
        },
        'record dead-lettered',
      )
      outputs.push(deadLetter(service.name, record, error, prepared.fate === 'refused' ? prepared.attempts : 1))
      counts.push([record.topic, 'dead-lettered'])
    }
  }
  // Objects first: an event never names what is not there.
  await Promise.all(objects.map(content => context.objects.put(content)))
  return {
    outputs,
    changes,
    count: () => {
      for (const [topic, outcome] of counts) context.metrics.records.inc({ service: service.name, topic, outcome })
      for (const { topic } of outputs) context.metrics.emitted.inc({ service: service.name, topic })
    },
  }
}

/** Where a stop happened, since the error itself may not know. */
function located(error: unknown, service: string, { topic, partition, offset }: LogRecord): unknown {
  return error instanceof Fault
    ? error
    : new Fault(
        'FLY_BUG',
        `${service} failed on ${topic}/${partition}@${offset}: ${String(error)}`,
        { service, topic, partition, offset },
        error,
      )
}
