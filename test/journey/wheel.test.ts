import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
import { sharedKafka, sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { turnWheel } from './wheel.ts'

/**
 * Start reading here. A help desk's customers ask, its reviewers answer, and the wheel turns three times: chat logs in, a
 * measurably better planner out, released by the gate. The same on both logs.
 */
type Turned = Awaited<ReturnType<typeof turnWheel>>

const kafka = await sharedKafka()
const registry = await sharedRegistry()

function expectBetter({ base, last, rounds, seen, accepted, logged, status }: Turned): void {
  expect(logged).toBe(accepted)
  expect(rounds.map(({ gold }) => gold)).toEqual([60, 120, 240])
  // What is served is better than what it began with, beyond both intervals, on rows that nothing had seen.
  expect(last?.accuracy.lower).toBeGreaterThan(base?.upper ?? 1)
  expect(last?.accuracy.accuracy).toBeGreaterThan(0.9)
  const released = seen.releases.filter(({ outcome }) => outcome === 'promoted')
  expect(released.at(-1)?.planner).toBe(last?.released)
  // One dataset per round, its families in training or in evaluation; every candidate has its verdict and its reasons.
  expect(seen.datasets.filter(({ outcome }) => outcome === 'curated').map(({ version }) => version)).toEqual([1, 2, 3])
  expect(seen.releases).toHaveLength(seen.evaluations.length)
  expect(seen.releases.every(({ reasons }) => reasons.length > 0)).toBe(true)
  expect(new Set(seen.samples.map(({ turnId }) => turnId)).size).toBe(seen.samples.length)
  expect(status.services.filter(({ name }) => name !== 'annotation').every(({ lagRecords }) => lagRecords === 0)).toBe(
    true,
  )
}

test('the wheel turns on the embedded log', async () => {
  expectBetter(await turnWheel(temporaryFolder()))
})

describe.skipIf(!kafka || !registry)('on Kafka', () => {
  test('the same wheel turns with the same outcome', async () => {
    expectBetter(
      await turnWheel(temporaryFolder(), {
        FLYWHEEL_KAFKA: kafka?.brokers ?? '',
        FLYWHEEL_REGISTRY: registry?.url ?? '',
      }),
    )
  })
})
