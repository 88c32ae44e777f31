import { register } from 'prom-client'
import { expect, test } from 'vitest'
import { hourMs } from '#runtime/core/hours.ts'
import { createFreshness } from '#services/console/freshness.ts'
import { registerMetrics } from '#services/console/metrics.ts'
import type { ReconciledHour } from '#services/console/reconcile.ts'
import { topic } from '#topology/topic-names.ts'

const now = 1_800_000_000_000
const counts = { accepted: 5, logged: 4, direct: 1, appended: 5, consumed: { sampler: 3 }, verdict: 'lost' } as const

/** The series of these hours, with their values. */
async function scrape(hours: readonly ReconciledHour[]): Promise<readonly string[]> {
  registerMetrics({
    freshness: () => createFreshness().view(now, 0),
    logState: async () => ({ state: { at: now, services: [], topics: [], overdue: 0, hours }, outage: null }),
    clock: { now: () => now },
  })
  return (await register.metrics()).split('\n').filter(line => line.startsWith('flywheel_reconciled_'))
}

test('a new hour adds to the series there are, and makes no new ones', async () => {
  const hour = (at: number): ReconciledHour => ({ topic: topic.chatLogs, hour: at, ...counts })
  const lines = (times: number) => [
    ...Object.entries({ accepted: 5, logged: 4, direct: 1, appended: 5 }).map(
      ([stage, records]) =>
        `flywheel_reconciled_records{topic="${topic.chatLogs}",stage="${stage}",group=""} ${times * records}`,
    ),
    `flywheel_reconciled_records{topic="${topic.chatLogs}",stage="consumed",group="sampler"} ${times * 3}`,
    `flywheel_reconciled_lost_records{topic="${topic.chatLogs}"} ${times}`,
  ]
  expect(await scrape([hour(now)])).toEqual(lines(1))
  expect(await scrape([hour(now + hourMs), hour(now)])).toEqual(lines(2))
})
