import { expect, test } from 'vitest'
import { type FaultKind, noFaults } from '#test/chaos/fault-plan.ts'
import { createSchedule } from '#test/chaos/schedule.ts'
import { waitUntil } from '#test/support/wait-until.ts'

/** Two faults that are due at once, the first of which is not over yet; whether the second has begun. */
async function beginsDuring(first: FaultKind, second: FaultKind): Promise<boolean> {
  const begun: string[] = []
  const firstOver = Promise.withResolvers<void>()
  const kinds = Object.keys(noFaults) as FaultKind[]
  const injectors = Object.fromEntries(
    kinds.map(kind => [
      kind,
      async (name: string) => {
        begun.push(name)
        if (begun.length === 1) await firstOver.promise
      },
    ]),
  ) as Record<FaultKind, (name: string) => Promise<void>>
  const counts = first === second ? { ...noFaults, [first]: 2 } : { ...noFaults, [first]: 1, [second]: 1 }
  const schedule = createSchedule(counts, 'seed', injectors, () => {})
  schedule.advance(1)
  await waitUntil('the first has begun', () => begun.length > 0)
  for (let turns = 0; turns < 20; turns++) await Promise.resolve()
  const together = begun.length === 2
  firstOver.resolve()
  await waitUntil('both are over', () => schedule.isFinished())
  expect(begun).toHaveLength(2)
  return together
}

test.each<[FaultKind, FaultKind, boolean]>([
  ['kills', 'zombies', true],
  ['kills', 'kills', false],
  ['brokerKills', 'hangs', false],
  ['hangs', 'kills', true],
  ['expiries', 'kills', false],
  ['cuts', 'retentions', false],
])('%s and %s at the same time: %s', async (first, second, together) => {
  expect(await beginsDuring(first, second)).toBe(together)
})
