import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCodec } from '#runtime/codec/codec.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { openHttpRegistry } from '#runtime/registry/http.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import { createLogger } from '#runtime/telemetry/telemetry.ts'
import { avro } from '#schemas/avro.ts'
import { audit, type DeletedRecord } from '../audit.ts'
import { hasNoViolations } from '../compare-outputs.ts'
import { produce } from '../input.ts'
import type { ChaosOptions, ChaosReport, PrintProgress } from '../report.ts'
import { createSchedule } from '../schedule.ts'
import { createTopics, type Stage, stageNames } from '../stages.ts'
import { retryWhileLost, waitUntilConsumed } from '../wait-until-consumed.ts'
import { createWorkerPool, type WorkerSpec } from '../worker-pool.ts'
import { type ChaosCluster, type ClusterOptions, startCluster } from './cluster.ts'
import { kafkaFaults } from './kafka-faults.ts'
import { lostPositions } from './lost-positions.ts'
import type { WorkerOptions } from './worker.ts'

/** The session time-out of workers: the smallest that brokers allow. */
const sessionMs = 6_000
const workersPerStage = 2
const quietSettings = { logLevel: 'error' } as const

/** Both stages on real brokers, two processes each. undefined, after a notice, where Kafka cannot run. */
export async function runKafkaChaos(
  options: ChaosOptions,
  print: PrintProgress,
  on: ClusterOptions = { brokers: 3 },
): Promise<ChaosReport | undefined> {
  const begun = performance.now()
  const cluster = await startCluster(on)
  if (!cluster) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'flywheel-chaos-'))
  let clean = false
  try {
    print(`brokers and a registry are up: ${on.brokers}`)
    const found = await runOn(cluster, folder, options, print)
    clean = hasNoViolations(found) && found.crashes === 0
    return { ...found, seconds: Math.round((performance.now() - begun) / 1000) }
  } finally {
    if (clean) await rm(folder, { recursive: true })
    else print(`the output of the workers is in ${folder}`)
    await cluster.stop()
  }
}

async function runOn(
  cluster: ChaosCluster,
  folder: string,
  { records, seed, faults, breakFence }: ChaosOptions,
  print: PrintProgress,
): Promise<Omit<ChaosReport, 'seconds'>> {
  const replication = cluster.ids.length
  const [log, outside] = await Promise.all(
    [cluster.directBrokers, cluster.proxiedBrokers].map((brokers, index) =>
      openKafkaLog({ brokers: brokers.split(','), clientId: `chaos-harness-${index}`, replication }),
    ),
  )
  if (!log || !outside) throw new Error('two logs were opened')
  const registry = openHttpRegistry(cluster.directRegistry)
  const codec = createCodec(registry, avro)
  await codec.registerSchemas()
  await createTopics(log)

  const pool = createWorkerPool(folder, print)
  const workerSpec = (stage: Stage, name: string): WorkerSpec => {
    const options = (): WorkerOptions => ({ stage, name, sessionMs, breakFence })
    const env = {
      FLYWHEEL_HOME: join(folder, name),
      FLYWHEEL_KAFKA: cluster.proxiedBrokers,
      FLYWHEEL_REGISTRY: cluster.proxiedRegistry,
      FLYWHEEL_KAFKA_REPLICATION: String(replication),
      FLYWHEEL_PORT: '0',
      FLYWHEEL_LOG_LEVEL: 'info',
    }
    return { name, script: new URL('./worker.ts', import.meta.url), options, env }
  }
  for (const stage of stageNames)
    for (let number = 1; number <= workersPerStage; number++) pool.startWorker(workerSpec(stage, `${stage}-${number}`))
  const deleted: DeletedRecord[] = []
  const injectors = {
    ...kafkaFaults({ seed, cluster, pool, log, workerSpec, sessionMs, inTransaction: breakFence }),
    ...lostPositions({ seed, cluster, pool, log, codec, workerSpec, folder, deleted, print }),
  }
  const schedule = createSchedule(faults, seed, injectors, print)

  const stopping = new AbortController()
  let accepted = 0
  const started = performance.now()
  const producing = produce(
    outside,
    codec,
    {
      ...{ seed, turns: records, from: 0 },
      beforeBatch: turns => schedule.waitForBatch(turns / records),
      onAccepted: turns => {
        accepted = turns
      },
    },
    stopping.signal,
  )
  try {
    const watching = waitUntilConsumed(
      log,
      records,
      schedule,
      () => accepted === records,
      breakFence ? 'unfenced' : 'fenced',
      print,
    )
    await Promise.race([watching, producing.then(() => watching)])
    const streamed = (performance.now() - started) / 1000
    print(`all is consumed after ${streamed.toFixed(0)} s`)
    const workers = pool.workers()
    await Promise.all(workers.map(worker => worker.stop()))
    const copies = workers.map(({ name }) =>
      createSnapshotOpener(join(folder, name, 'state'), createLogger(quietSettings)),
    )
    const found = await retryWhileLost(() => audit({ log, codec }, { seed, accepted, deleted, copies }, print))
    return {
      ...{ log: 'kafka', records, seed, faults: schedule.injected, crashes: pool.crashes.length },
      recordsPerSecond: Math.round(records / streamed),
      ...found,
    }
  } finally {
    stopping.abort()
    pool.killAll()
    await Promise.all([log.close(), outside.close(), registry.close()])
  }
}
