import { expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import { observeLag } from '#runtime/host/lag-metric.ts'
import type { PartitionLag } from '#runtime/log/event-log.ts'
import { createMetrics } from '#runtime/telemetry/telemetry.ts'
import { topic } from '#topology/topic-names.ts'

/** The lines of the metric for a judge whose log answers this. */
function scraping(lag: () => Promise<readonly PartitionLag[]>) {
  const metrics = createMetrics()
  observeLag({ log: { lag }, clock: { now: () => 61_000 }, metrics }, ['judge', 'gateway'])
  return async (name = 'flywheel_lag_seconds') =>
    (await metrics.text()).split('\n').filter(line => line.startsWith(`${name}{`))
}
const partition = (number: number, oldest: number | null): PartitionLag => ({
  ...{ topic: topic.selectedSamples, partition: number, oldest },
  records: Number(oldest !== null),
})
const line = (number: number, seconds: number) =>
  `flywheel_lag_seconds{service="judge",topic="${topic.selectedSamples}",partition="${number}"} ${seconds}`

test('each partition has its age from the first scrape on: 0 where all is consumed or a clock is behind', async () => {
  const scrape = scraping(async () => [partition(0, 1_000), partition(1, null), partition(2, 62_000)])
  expect(await scrape()).toEqual([line(0, 60), line(1, 0), line(2, 0)])
})

test('each partition has its records that are not consumed', async () => {
  const scrape = scraping(async () => [{ ...partition(0, 1_000), records: 7 }, partition(1, null)])
  expect(await scrape('flywheel_lag_records')).toEqual([
    `flywheel_lag_records{service="judge",topic="${topic.selectedSamples}",partition="0"} 7`,
    `flywheel_lag_records{service="judge",topic="${topic.selectedSamples}",partition="1"} 0`,
  ])
})

test('while the log fails there is no value, and the scrape is answered', async () => {
  const answers: (() => Promise<readonly PartitionLag[]>)[] = [
    async () => [partition(0, 1_000)],
    () => Promise.reject(new Fault('FLY_BROKER', 'away')),
    async () => [partition(0, null)],
  ]
  const scrape = scraping(() => answers.shift()?.() ?? Promise.resolve([]))
  expect([await scrape(), await scrape(), await scrape()]).toEqual([[line(0, 60)], [], [line(0, 0)]])
})
