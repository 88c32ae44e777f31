import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Codec } from '#runtime/codec/codec.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { EventLog, PartitionLag, Position } from '#runtime/log/event-log.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { type DeletedRecord, readInput } from '../audit.ts'
import { derivedChoice, derivedFraction } from '../fault-plan.ts'
import type { PrintProgress } from '../report.ts'
import type { Injector } from '../schedule.ts'
import { type Stage, stageNames, stageOf } from '../stages.ts'
import { createWorkerPool, type WorkerPool, type WorkerSpec } from '../worker-pool.ts'
import type { ChaosCluster } from './cluster.ts'

export type LostPositionContext = {
  readonly seed: string
  readonly cluster: ChaosCluster
  readonly pool: WorkerPool
  /** A log whose connections are never cut. */
  readonly log: EventLog
  readonly codec: Codec
  readonly workerSpec: (stage: Stage, name: string) => WorkerSpec
  readonly folder: string
  /** What is deleted of the input is added to it. */
  readonly deleted: DeletedRecord[]
  readonly print: PrintProgress
}

export type LostPositionFaults = Readonly<Record<'expiries' | 'retentions', Injector>>

/** How many records are deleted before they are consumed, at most. */
const maxExcused = 200

/**
 * Faults after which a stage must not go on by itself, since its output trains models: it must refuse to start, with the reason. Then
 * the positions are set, as an operator does with `flywheel positions reset`, and it goes on.
 */
export function lostPositions(context: LostPositionContext): LostPositionFaults {
  const { seed, cluster, pool, log, codec, workerSpec, folder, deleted, print } = context

  /** Stops the workers of a stage. `lose` makes its group lose a position, and returns those to set. */
  const whileAway = async (name: string, stage: Stage, lose: (group: string) => Promise<readonly Position[]>) => {
    const group = consumerGroup(stage)
    const workers = pool.workers().filter(worker => stageOf(worker.name) === stage)
    const areListening = () => workers.every(worker => worker.isListening()) || sleep(100, false)
    await waitUntil(`${name}: all workers of ${stage} listen`, areListening, 60_000)
    await Promise.all(workers.map(worker => worker.stop()))
    const positions = await lose(group)
    const refused = createWorkerPool(join(folder, 'refused'), print)
    const worker = refused.startWorker(workerSpec(stage, `${stage}-${name}`))
    await waitUntil(`${name}: a worker refuses to start`, () => worker.stderr().includes('FLY_POSITION'), 60_000)
    refused.killAll()
    await waitUntil('the group has no members', () => tryReset(group, positions), 60_000)
    for (const { name: again } of workers) pool.startWorker(workerSpec(stage, again))
  }

  const tryReset = async (group: string, positions: readonly Position[]): Promise<boolean> => {
    try {
      await log.resetPositions(group, positions)
      return true
    } catch (error) {
      if (error instanceof Fault && error.code === 'FLY_USAGE') return sleep(200, false)
      throw error
    }
  }

  return {
    async expiries(name) {
      const stage = derivedChoice(seed, name, 'stage', stageNames)
      await whileAway(name, stage, async group => {
        const positions = await log.committed(group, consumedTopics(stage))
        await cluster.forgetPositions(group)
        return positions
      })
    },

    async retentions(name) {
      await whileAway(name, 'sampler', async group => {
        const { partition, records } = await mostBehind(log, group)
        const committed = (await log.committed(group, [topic.chatLogs])).find(at => at.partition === partition)
        if (!committed) throw new Error(`${group} has no position in partition ${partition}`)
        const count = 1 + Math.floor(derivedFraction(seed, name, 'count') * Math.min(records, maxExcused))
        const to = { ...committed, offset: committed.offset + count }
        for (const { offset, ...record } of await readInput(log, codec, [partition]))
          if (offset < to.offset) deleted.push({ ...record, excused: offset >= committed.offset })
        await cluster.deleteRecords(to)
        return [to]
      })
    },
  }
}

/** The partition of the input that has the most records that the group has not consumed, once there is one. */
async function mostBehind(log: EventLog, group: string): Promise<PartitionLag> {
  let most: PartitionLag | undefined
  await waitUntil(
    'there are records that are not consumed',
    async () => {
      const lags = (await log.lag(group, [topic.chatLogs])).filter(({ records }) => records > 0)
      most = lags.toSorted((a, b) => b.records - a.records)[0]
      return most !== undefined || sleep(100, false)
    },
    30_000,
  )
  if (!most) throw new Error('nothing is left to consume')
  return most
}
