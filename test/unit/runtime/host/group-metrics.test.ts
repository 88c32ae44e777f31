import { expect, test } from 'vitest'
import { observeGroups } from '#runtime/host/group-metrics.ts'
import { createMetrics } from '#runtime/telemetry/telemetry.ts'
import { redriveGroup } from '#topology/derive/names.ts'

test('what happens to the group of a service is counted under its name, without the namespace; other groups are not', async () => {
  const metrics = createMetrics()
  const observer = observeGroups(metrics, 'blue.')
  for (const group of ['blue.judge', 'blue.judge', 'judge', 'green.judge', `blue.${redriveGroup('judge')}`]) {
    observer.onAssigned(group)
    observer.onFenced(group)
    observer.onFetchedBytes(group, 300)
    observer.onFetchedBytes(group, -100)
  }
  const lines = (await metrics.text()).split('\n')
  expect(lines.filter(line => /^flywheel_(rebalances|fences|fetch_queue)/.test(line))).toEqual([
    'flywheel_rebalances_total{service="judge"} 2',
    'flywheel_fences_total{service="judge"} 2',
    'flywheel_fetch_queue_bytes{service="judge"} 400',
  ])
})
