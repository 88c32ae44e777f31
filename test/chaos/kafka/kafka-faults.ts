import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '#runtime/log/event-log.ts'
import { kafkaRequests } from '#test/support/kafka/request-numbers.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import { derivedChoice, derivedFraction, type FaultKind } from '../fault-plan.ts'
import type { Injector } from '../schedule.ts'
import { type Stage, stageNames, stageOf } from '../stages.ts'
import type { Worker, WorkerPool, WorkerSpec } from '../worker-pool.ts'
import type { ChaosCluster } from './cluster.ts'
import type { LostPositionFaults } from './lost-positions.ts'

export type KafkaFaultContext = {
  readonly seed: string
  readonly cluster: ChaosCluster
  readonly pool: WorkerPool
  /** A log whose connections are never cut. */
  readonly log: EventLog
  readonly workerSpec: (stage: Stage, name: string) => WorkerSpec
  readonly sessionMs: number
  /** Zombies are suspended with a transaction that is produced and not committed. */
  readonly inTransaction: boolean
}

/** The faults that workers are to survive without help. */
export function kafkaFaults(
  context: KafkaFaultContext,
): Readonly<Record<Exclude<FaultKind, keyof LostPositionFaults>, Injector>> {
  const { seed, cluster, pool, log, workerSpec, sessionMs, inTransaction } = context

  const pickRunningWorker = async (name: string): Promise<Worker> => {
    const running = (): Worker[] => pool.workers().filter(worker => worker.isRunning())
    await waitUntil('a worker is running', () => running().length > 0)
    return derivedChoice(seed, name, 'who', running())
  }
  /** A further worker of a stage, which gets some of its partitions, and gives them back when it stops. */
  const hireForSomeTime = async (name: string, leastMs: number, mostMs: number): Promise<void> => {
    const stage = derivedChoice(seed, name, 'stage', stageNames)
    const worker = pool.startWorker(workerSpec(stage, `${stage}-${name}`))
    await waitUntil(`${name} is up`, () => worker.stderr().includes('listening'), 60_000)
    await sleep(between(name, leastMs, mostMs))
    await worker.stop()
  }
  const between = (name: string, least: number, most: number): number =>
    least + derivedFraction(seed, name, 'long') * (most - least)

  return {
    async kills(name) {
      const worker = await pickRunningWorker(name)
      worker.kill()
    },

    async brokerKills(name) {
      const broker = derivedChoice(seed, name, 'which', cluster.ids)
      await cluster.kill(broker)
      await sleep(between(name, 2_000, 6_000))
      await cluster.up(broker)
      await cluster.waitUntilInSync()
    },

    async zombies(name) {
      const worker = await pickRunningWorker(name)
      const place = [
        undefined,
        kafkaRequests.produce,
        kafkaRequests.commitOffsets,
        kafkaRequests.endTransaction,
      ] as const
      await worker.suspend(inTransaction ? kafkaRequests.endTransaction : derivedChoice(seed, name, 'where', place))
      await waitUntilTakenOver(log, stageOf(worker.name), sessionMs)
      worker.resume()
    },

    async cuts(name) {
      const kind = derivedChoice(seed, name, 'kind', ['refuse', 'swallow'] as const)
      const broker = derivedChoice(seed, name, 'which', cluster.ids)
      const client = (await pickRunningWorker(name)).name
      const cut = derivedChoice(seed, name, 'what', [{ client }, { broker }, { client, broker }])
      const heal = cluster.proxies.cut({ ...cut, kind })
      await sleep(between(name, 1_000, sessionMs + 4_000))
      heal()
    },

    async clockJumps(name) {
      const worker = await pickRunningWorker(name)
      worker.send({ clock: Math.round(between(name, -600_000, 600_000)) })
    },

    rebalances: name => hireForSomeTime(name, 3_000, 8_000),

    async hangs(name) {
      const broker = derivedChoice(seed, name, 'which', cluster.ids)
      cluster.pause(broker)
      try {
        await cluster.waitUntilDeposed(broker)
        // Workers that knew it as the leader get partitions, and restore their state, while it hangs and as it wakes up.
        await hireForSomeTime(name, 1_000, 3_000)
      } finally {
        cluster.resume(broker)
      }
      await cluster.waitUntilInSync()
    },

    async blips(name) {
      const heal = cluster.cutRegistry(derivedChoice(seed, name, 'kind', ['refuse', 'swallow'] as const))
      const worker = await pickRunningWorker(name)
      worker.kill()
      await sleep(between(name, 2_000, 8_000))
      heal()
    },

    fullDisks: () => Promise.resolve(),
  }
}

/** Waits until the session of a suspended member has ended and others consume all of its partitions. */
async function waitUntilTakenOver(log: EventLog, stage: Stage, sessionMs: number): Promise<void> {
  const group = consumerGroup(stage)
  const { reads } = services[stage]
  const positions = async (): Promise<ReadonlyMap<string, number>> =>
    new Map((await log.committed(group, reads)).map(at => [`${at.topic}/${at.partition}`, at.offset]))
  const before = await positions()
  await sleep(sessionMs)
  const moved = async (): Promise<boolean> => {
    const [now, lags] = await Promise.all([positions(), log.lag(group, reads)])
    const stuck = lags.filter(({ topic, partition, records }) => {
      const name = `${topic}/${partition}`
      return records > 0 && (now.get(name) ?? 0) <= (before.get(name) ?? 0)
    })
    return stuck.length === 0 || sleep(100, false)
  }
  // Brokers that are killed meanwhile may delay it; the zombie is resumed all the same.
  await waitUntil('others take over', () => moved().catch(() => false), 30_000).catch(() => {})
}
