import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from '#runtime/config/config.ts'
import { openWorld, type World } from '#runtime/host/open.ts'
import { run } from '#runtime/host/run.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import type { NewRecord } from '#runtime/log/event-log.ts'
import { until } from '#test/support/until.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/names.ts'
import { benchService } from './peers/service.ts'
import { createTurns } from './records.ts'
import { sum } from './stage.ts'

/** Records/s of the log in SQLite; `slowdown` is the speed of the last tenth of many small appends against that of the first. */
export type Embedded = {
  readonly appendPerSecond: number
  readonly exactlyOncePerSecond: number
  readonly smallRecords: number
  readonly firstTenthPerSecond: number
  readonly lastTenthPerSecond: number
  readonly lastAgainstFirst: number
}

const together = 1_000

export async function measureEmbedded(records: number, smallRecords: number, seed: number): Promise<Embedded> {
  const home = mkdtempSync(join(tmpdir(), 'flywheel-bench-'))
  const world = await openWorld(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'error' }))
  try {
    await ensureTopics(world)
    await world.codec.prepare()
    const turnOf = createTurns(seed)
    const turn = (number: number): NewRecord => world.codec.record(topic.chatLogs, turnOf(number, Date.now()))
    const appendPerSecond = await appended(world, 0, records, turn)
    const exactlyOncePerSecond = await looped(world, records)
    const small = (number: number): NewRecord => ({ topic: topic.reviews, key: `${number % 1_000}`, value: tiny })
    const tenth = smallRecords / 10
    const firstTenthPerSecond = await appended(world, 0, tenth, small)
    await appended(world, tenth, smallRecords - tenth, small)
    const lastTenthPerSecond = await appended(world, smallRecords - tenth, smallRecords, small)
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

const tiny = Buffer.from('a small record')

/** Appends [from, to), a thousand at a time, each durable before the next; making the records is not counted. */
async function appended(
  { log }: World,
  from: number,
  to: number,
  make: (number: number) => NewRecord,
): Promise<number> {
  let milliseconds = 0
  for (let at = from; at < to; at += together) {
    const batch = Array.from({ length: Math.min(together, to - at) }, (_, index) => make(at + index))
    const start = performance.now()
    await log.append(batch)
    milliseconds += performance.now() - start
  }
  return Math.round(((to - from) / milliseconds) * 1_000)
}

/** Runs the bench's service on the log, in this process, from its first record until nothing is left. */
async function looped(world: World, records: number): Promise<number> {
  const stop = new AbortController()
  let first = 0
  const service = benchService('sampler', () => {
    first ||= performance.now()
  })
  const running = await run(world, [service], stop.signal)
  const left = async (): Promise<number> =>
    sum((await world.log.lag(consumerGroup('sampler'), services.sampler.reads)).map(({ records }) => records))
  await until('all is consumed', async () => (await left()) === 0, 600_000)
  const seconds = (performance.now() - first) / 1_000
  stop.abort()
  await running.done
  return Math.round(records / seconds)
}
