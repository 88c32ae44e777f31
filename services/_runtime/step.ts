import { setTimeout as sleep } from 'node:timers/promises'
import { decisionsTopic, stateTopic } from '#topology/derive/names.ts'
import type { Codec } from './codec.ts'
import { deadLetter, envelope, recordDecision } from './emit.ts'
import { Fault, verdict } from './faults.ts'
import { type EventLog, type LogRecord, maxRecordBytes, type NewRecord, type Position, type Task } from './log.ts'
import type { AnyService, Ports } from './service.ts'
import { type Change, changelog, restore, State } from './state.ts'
import type { ObjectStore } from './store.ts'
import type { Logger, Metrics } from './telemetry.ts'

/** Records of one batch, and how many of them gather at a time. */
const batchRecords = 250
const gatherAtOnce = 16

export type StepContext = {
  readonly log: EventLog
  readonly codec: Codec
  readonly ports: Ports
  readonly objects: ObjectStore
  readonly logger: Logger
  readonly metrics: Metrics
}

/** A record on its way: gathered and ready to decide, refused for good, or without content. */
type Prepared = { readonly record: LogRecord } & (
  | {
      readonly fate: 'ready'
      readonly inbound: { topic: string; event: { id: string; at: number } }
      readonly facts: unknown
    }
  | { readonly fate: 'refused'; readonly fault: Fault; readonly attempts: number }
  | { readonly fate: 'empty' }
)

/**
 * One partition of one service, from assignment to revocation: restore state, then batch by batch gather concurrently,
 * decide in order, commit once. Gathering a batch overlaps committing the one before. `onState` shows the state to the
 * HTTP edge.
 */
export async function work(
  service: AnyService,
  task: Task,
  context: StepContext,
  remembers: boolean,
  onState: (state: State) => void,
): Promise<void> {
  const { name } = service
  const state = remembers ? await restore(context.log, stateTopic(name), task.partition, task.signal) : new State()
  onState(state)
  let next = prepareBatch(service, task, context)
  while (!task.signal.aborted) {
    const batch = await next
    next = prepareBatch(service, task, context)
    // Awaited in the next round; until then its failure must not count as unhandled.
    next.catch(() => {})
    if (batch.length === 0) continue
    const started = performance.now()
    try {
      const outcome = await decideBatch(service, batch, state, context)
      await task.commit(
        [...outcome.outputs, ...changelog(stateTopic(name), task.partition, outcome.changes)],
        positionsAfter(batch),
      )
      state.settle()
      outcome.count()
    } catch (error) {
      state.rollBack()
      if (task.signal.aborted || (error instanceof Fault && error.code === 'FLY_FENCED')) break
      if (verdict(error) !== 'retry') throw error
      context.metrics.retries.inc({ service: name, code: error instanceof Fault ? error.code : 'unknown' })
      context.logger.warn(
        { service: name, partition: task.partition, error: String(error) },
        'commit failed, batch comes again',
      )
      // Twice: the first ends a poll that waits, the second drops what it may have taken meanwhile.
      await task.rewind()
      await next.catch(() => {})
      await task.rewind()
      next = prepareBatch(service, task, context)
      next.catch(() => {})
    }
    context.metrics.commitSeconds.observe({ service: name }, (performance.now() - started) / 1000)
  }
  await next.catch(() => {})
}

async function prepareBatch(service: AnyService, task: Task, context: StepContext): Promise<readonly Prepared[]> {
  const records = await task.poll(batchRecords)
  const prepared: Prepared[] = new Array(records.length)
  let taken = 0
  const worker = async (): Promise<void> => {
    for (let at = taken++; at < records.length; at = taken++) {
      const record = records[at]
      if (record) prepared[at] = await prepare(service, record, context, task.signal)
    }
  }
  await Promise.all(Array.from({ length: Math.min(gatherAtOnce, records.length) }, worker))
  // Given up half-way: nothing of this batch is decided, the next owner sees all of it.
  return task.signal.aborted ? [] : prepared
}

async function prepare(
  service: AnyService,
  record: LogRecord,
  context: StepContext,
  signal: AbortSignal,
): Promise<Prepared> {
  if (record.value === null) return { record, fate: 'empty' }
  const end = context.metrics.gatherSeconds.startTimer({ service: service.name })
  for (let attempt = 1; ; attempt++) {
    try {
      const event = (await context.codec.decode(record.topic, record.value)) as { id: string; at: number }
      const inbound = { topic: record.topic, event }
      const facts = await service.gather?.(inbound as never, context.ports, signal)
      end()
      return { record, fate: 'ready', inbound, facts }
    } catch (error) {
      if (signal.aborted) return { record, fate: 'empty' }
      if (error instanceof Fault && verdict(error) === 'dead-letter')
        return { record, fate: 'refused', fault: error, attempts: attempt }
      if (verdict(error) === 'stop') throw error
      context.metrics.retries.inc({ service: service.name, code: error instanceof Fault ? error.code : 'unknown' })
      // An outage is waited out, never turned into dead letters; lag tells of it.
      await sleep(Math.min(30_000, 100 * 2 ** attempt), undefined, { signal }).catch(() => {})
    }
  }
}

type Outcome = {
  readonly outputs: readonly NewRecord[]
  readonly changes: readonly Change[]
  readonly count: () => void
}

async function decideBatch(
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

function positionsAfter(batch: readonly Prepared[]): Position[] {
  const newest = new Map<string, Position>()
  for (const {
    record: { topic, partition, offset },
  } of batch)
    newest.set(topic, { topic, partition, offset: offset + 1 })
  return [...newest.values()]
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
