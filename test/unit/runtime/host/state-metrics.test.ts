import { expect, onTestFinished, test, vi } from 'vitest'
import { observeStates } from '#runtime/host/state-metrics.ts'
import { createMetrics } from '#runtime/telemetry/telemetry.ts'
import { commit, kept, machine } from '../state/support.ts'

/** Sets the monotonic clock to that many seconds. */
function clock() {
  let now = 0
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => spy.mockRestore())
  return (seconds: number): void => {
    now = seconds * 1000
  }
}

/** A partition with a local copy, which got its last change at that time. */
async function changedAt(seconds: number, setClock: (seconds: number) => void, ...values: readonly unknown[]) {
  const { open, changelog } = machine()
  const partition = await open()
  setClock(seconds)
  await commit(partition, changelog, kept(...values))
  return partition
}

test('state has entries, bytes and the age of its oldest copy, over the partitions that the process has now', async () => {
  const setClock = clock()
  const older = await changedAt(10, setClock, 'four', 'four')
  const newer = await changedAt(40, setClock, 'four')
  const metrics = createMetrics()
  const judge = new Map([
    [0, older],
    [1, newer],
  ])
  observeStates(
    metrics,
    new Map([
      ['judge', judge],
      ['sampler', new Map()],
      ['gateway', new Map()],
    ]),
  )
  const scrape = async () =>
    (await metrics.text()).split('\n').filter(line => /^flywheel_(state_\w+|snapshot_age_seconds)\{/.test(line))
  const nothing = (service: string) => [
    `flywheel_state_entries{service="${service}"} 0`,
    `flywheel_state_bytes{service="${service}"} 0`,
  ]
  setClock(100)
  const bytes = 3 * ('k0'.length + '"four"'.length)
  expect((await scrape()).toSorted()).toEqual(
    [
      'flywheel_state_entries{service="judge"} 3',
      `flywheel_state_bytes{service="judge"} ${bytes}`,
      'flywheel_snapshot_age_seconds{service="judge"} 90',
      ...nothing('sampler'),
    ].toSorted(),
  )
  judge.delete(0)
  expect(await scrape()).toContain('flywheel_snapshot_age_seconds{service="judge"} 60')
  judge.clear()
  expect((await scrape()).toSorted()).toEqual([...nothing('judge'), ...nothing('sampler')].toSorted())
})
