import { stateTopic } from '#topology/derive/names.ts'
import type { Codec } from './codec.ts'
import { decideBatch } from './decide-batch.ts'
import { Fault, verdict } from './faults.ts'
import { type Prepared, prepareBatch } from './gather.ts'
import type { EventLog, Position, Task } from './log.ts'
import type { AnyService, Ports } from './service.ts'
import { changelog, restore, State } from './state.ts'
import type { ObjectStore } from './store.ts'
import type { Logger, Metrics } from './telemetry.ts'

export type StepContext = {
  readonly log: EventLog
  readonly codec: Codec
  readonly ports: Ports
  readonly objects: ObjectStore
  readonly logger: Logger
  readonly metrics: Metrics
}

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

function positionsAfter(batch: readonly Prepared[]): Position[] {
  const newest = new Map<string, Position>()
  for (const {
    record: { topic, partition, offset },
  } of batch)
    newest.set(topic, { topic, partition, offset: offset + 1 })
  return [...newest.values()]
}
