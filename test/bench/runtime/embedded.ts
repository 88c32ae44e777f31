import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import type { NewRecord } from '#runtime/log/event-log.ts'
import { eraseTypes, withPorts } from '#runtime/processing/any-service.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import { sum } from './bench-cluster.ts'
import { benchService } from './peers/service.ts'
import { createTurns } from './records.ts'

/** Records/s of the log in SQLite; `slowdown` is the time of the last tenth of many small appends divided by that of the first. */
export type EmbeddedResult = {
  readonly appendPerSecond: number
  readonly exactlyOncePerSecond: number
  readonly smallRecords: number
  readonly firstTenthPerSecond: number
  readonly lastTenthPerSecond: number
  readonly lastAgainstFirst: number
}

const batchSize = 1_000

export async function measureEmbedded(records: number, smallRecords: number, seed: number): Promise<EmbeddedResult> {
  const home = mkdtempSync(join(tmpdir(), 'flywheel-bench-'))
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'error' }),
  )
  try {
    await ensureTopics(world)
    await world.codec.registerSchemas()
    const turnOf = createTurns(seed)
    const turn = (number: number): NewRecord => world.codec.record(topic.chatLogs, turnOf(number, Date.now()))
    const appendPerSecond = await measureAppend(world, 0, records, turn)
    const exactlyOncePerSecond = await measureLoop(world, records)
    const small = (number: number): NewRecord => ({ topic: topic.reviews, key: `${number % 1_000}`, value: smallValue })
    const tenth = smallRecords / 10
    const firstTenthPerSecond = await measureAppend(world, 0, tenth, small)
    await measureAppend(world, tenth, smallRecords - tenth, small)
    const lastTenthPerSecond = await measureAppend(world, smallRecords - tenth, smallRecords, small)
    const lastAgainstFirst = Number((lastTenthPerSecond / firstTenthPerSecond).toFixed(2))
    return {
      appendPerSecond,
      exactlyOncePerSecond,
      smallRecords,
      firstTenthPerSecond,
      lastTenthPerSecond,
      lastAgainstFirst,
    }
  } finally {
    await world.close()
    rmSync(home, { recursive: true, force: true })
  }
}

const smallValue = Buffer.from('a small record')

/** Appends [from, to) in batches of a thousand, each durable before the next; the time to make the records is not counted. */
async function measureAppend(
  { log }: Runtime,
  from: number,
  to: number,
  make: (number: number) => NewRecord,
): Promise<number> {
  let milliseconds = 0
  for (let at = from; at < to; at += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, to - at) }, (_, index) => make(at + index))
    const start = performance.now()
    await log.append(batch)
    milliseconds += performance.now() - start
  }
  return Math.round(((to - from) / milliseconds) * 1_000)
}

/** Runs the bench's service on the log, in this process, until it has consumed everything. */
async function measureLoop(world: Runtime, records: number): Promise<number> {
  const stop = new AbortController()
  let first = 0
  const service = benchService(() => {
    first ||= performance.now()
  })
  const running = await startServices(world, [withPorts(eraseTypes(service), {})], stop.signal)
  const left = async (): Promise<number> =>
    sum((await world.log.lag(consumerGroup('sampler'), services.sampler.reads)).map(({ records }) => records))
  await waitUntil('all is consumed', async () => (await left()) === 0, 600_000)
  const seconds = (performance.now() - first) / 1_000
  stop.abort()
  await running.done
  return Math.round(records / seconds)
}
