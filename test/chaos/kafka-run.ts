import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCodec } from '#runtime/codec.ts'
import { openKafkaLog } from '#runtime/log/kafka.ts'
import type { EventLog } from '#runtime/log.ts'
import { openHttpRegistry } from '#runtime/registry/http.ts'
import { avro } from '#schemas/avro.ts'
import { isClean, type Tally } from './check.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { createCrew } from './crew.ts'
import { produce } from './input.ts'
import { kafkaFaults } from './kafka-faults.ts'
import { audit } from './read-back.ts'
import type { ChaosOptions, Report, Say } from './report.ts'
import type { Stage } from './rules.ts'
import { createSchedule, type Schedule } from './schedule.ts'
import { consumed, left, stageNames, streamTopics } from './stream.ts'
import type { WorkerOptions } from './worker.ts'

/** A member that is silent for so long is out: the least that brokers allow. */
const sessionMs = 6_000
const workersEach = 2
/** Without any progress for so long, the run has failed. */
const patienceMs = 120_000
/** A transaction whose owner has died, and that nobody fences, hides what follows it until the brokers abort it. */
const invisibleMs = 90_000

/** Both stages on three brokers, two processes each. undefined, and loudly so, where Kafka cannot run. */
export async function chaosOnKafka(options: ChaosOptions, say: Say): Promise<Report | undefined> {
  const begun = performance.now()
  const cluster = await startCluster()
  if (!cluster) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'flywheel-chaos-'))
  try {
    say('three brokers and a registry are up')
    const found = await runOn(cluster, folder, options, say)
    if (isClean(found) && !process.env.KEEP) await rm(folder, { recursive: true })
    else say(`what the workers said is in ${folder}`)
    return { ...found, seconds: Math.round((performance.now() - begun) / 1000) }
  } finally {
    await cluster.stop()
  }
}

async function runOn(
  cluster: Cluster,
  folder: string,
  { records, seed, faults, breakFence }: ChaosOptions,
  say: Say,
): Promise<Omit<Report, 'seconds'>> {
  const [log, outside] = await Promise.all(
    [cluster.direct, cluster.cuttable].map((brokers, index) =>
      openKafkaLog({ brokers: brokers.split(','), clientId: `chaos-harness-${index}`, replication: 3 }),
    ),
  )
  if (!log || !outside) throw new Error('two logs were opened')
  const registry = openHttpRegistry(cluster.registry)
  const codec = createCodec(registry, avro)
  await codec.prepare()
  await log.createTopics(streamTopics())

  const crew = createCrew(folder, say)
  const hire = (stage: Stage, number: number | string) => {
    const name = `${stage}-${number}`
    const options = (): WorkerOptions => ({ stage, name, sessionMs, breakFence })
    const env = {
      FLYWHEEL_HOME: join(folder, name),
      FLYWHEEL_KAFKA: cluster.cuttable,
      FLYWHEEL_REGISTRY: cluster.registry,
      FLYWHEEL_KAFKA_REPLICATION: '3',
      FLYWHEEL_PORT: '0',
      FLYWHEEL_LOG_LEVEL: 'debug',
    }
    return crew.hire({ name, script: './worker.ts', options, env })
  }
  for (const stage of stageNames) for (let number = 1; number <= workersEach; number++) hire(stage, number)
  const injectors = kafkaFaults({ seed, cluster, crew, log, hire, sessionMs, inTransaction: breakFence })
  const schedule = createSchedule(faults, seed, injectors, say)

  const stopping = new AbortController()
  let accepted = 0
  const started = performance.now()
  const producing = produce(
    outside,
    codec,
    {
      ...{ seed, turns: records, from: 0 },
      paced: turns => schedule.paced(turns / records),
      accepted: turns => {
        accepted = turns
      },
    },
    stopping.signal,
  )
  try {
    const watching = watch(log, records, schedule, () => accepted === records, say)
    await Promise.race([watching, producing.then(() => watching)])
    const streamed = (performance.now() - started) / 1000
    say(`all is consumed after ${streamed.toFixed(0)} s`)
    await Promise.all(crew.workers().map(worker => worker.end()))
    const found = await settled(() => audit(log, codec, seed, accepted))
    return {
      ...{ log: 'kafka', records, seed, faults: schedule.injected, crashes: crew.crashes.length },
      recordsPerSecond: Math.round(records / streamed),
      ...found,
    }
  } finally {
    stopping.abort()
    crew.dismiss()
    await Promise.all([log.close(), outside.close(), registry.close()])
  }
}

/** Tells the schedule how far the stream is, until all is accepted, all faults are over and nothing is left to consume. */
async function watch(
  log: EventLog,
  records: number,
  schedule: Schedule,
  produced: () => boolean,
  say: Say,
): Promise<void> {
  let before = { done: 0, behind: 0, since: performance.now() }
  for (let looks = 0; ; looks++) {
    await sleep(200)
    // Without brokers nothing is known, and nothing changes.
    const [done, behind] = await Promise.all([consumed(log), left(log)]).catch(() => [before.done, before.behind])
    schedule.consumed(Math.min(1, done / records))
    if (schedule.over() && produced() && behind === 0) return
    if (looks % 50 === 0) say(`${((100 * done) / records).toFixed(0).padStart(3)} %  ${behind} records wait`)
    const now = performance.now()
    if (done !== before.done || behind !== before.behind) before = { done, behind, since: now }
    if (now - before.since > patienceMs) throw new Error(`nothing moves any more: ${behind} records wait`)
  }
}

/** What was committed last may become visible a moment later: what is lost must stay lost. */
async function settled<T extends Tally>(look: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + invisibleMs; ; await sleep(2_000)) {
    const found = await look()
    if (found.lost === 0 || performance.now() > deadline) return found
  }
}
