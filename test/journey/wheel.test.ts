import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
import { sharedKafka, sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { runJourney } from './wheel.ts'

/**
 * A test to start reading with. Customers of a help desk ask, reviewers write gold answers, and three rounds later the gate has
 * released a planner that is measurably better. The same on both logs.
 */
type JourneyResult = Awaited<ReturnType<typeof runJourney>>

const kafka = await sharedKafka()
const registry = await sharedRegistry()

function expectBetter({ base, last, rounds, seen, accepted, logged, status }: JourneyResult): void {
  expect(logged).toBe(accepted)
  expect(rounds.map(({ gold }) => gold)).toEqual([60, 120, 240])
  // The released planner is better than the first one, beyond both intervals, on rows that were never used.
  expect(last?.accuracy.lower).toBeGreaterThan(base?.upper ?? 1)
  expect(last?.accuracy.accuracy).toBeGreaterThan(0.9)
  const released = seen.releases.filter(({ outcome }) => outcome === 'promoted')
  expect(released.at(-1)?.planner).toBe(last?.released)
  // One dataset per round; every candidate is decided, with reasons.
  expect(seen.datasets.filter(({ outcome }) => outcome === 'curated').map(({ version }) => version)).toEqual([1, 2, 3])
  expect(seen.releases).toHaveLength(seen.evaluations.length)
  expect(seen.releases.every(({ reasons }) => reasons.length > 0)).toBe(true)
  expect(new Set(seen.samples.map(({ turnId }) => turnId)).size).toBe(seen.samples.length)
  expect(status.services.filter(({ name }) => name !== 'annotation').every(({ lagRecords }) => lagRecords === 0)).toBe(
    true,
  )
}

test('three rounds on the embedded log give a better planner', async () => {
  expectBetter(await runJourney(temporaryFolder()))
})

describe.skipIf(!kafka || !registry)('on Kafka', () => {
  test('three rounds give a better planner', async () => {
    expectBetter(
      await runJourney(temporaryFolder(), {
        FLYWHEEL_KAFKA: kafka?.brokers ?? '',
        FLYWHEEL_REGISTRY: registry?.url ?? '',
      }),
    )
  })
})
