import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { createRuntime } from '#runtime/host/open-runtime.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { createLogger } from '#runtime/telemetry/telemetry.ts'
import { status } from '#services/_cli/status.ts'
import { inMemoryObjects } from '#test/support/doubles/in-memory-objects.ts'
import { inMemoryRegistry } from '#test/support/doubles/in-memory-registry.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'

const kafka = await startKafkaFromJars({ brokers: 1 })

/** The longest time that a program waits for an answer here; without limits the answer would never come. */
const patienceMs = 20_000

describe.skipIf(!kafka)('a broker that is killed under a running console', { timeout: 180_000 }, () => {
  test('the last state is shown with its age, /ready is 503, and both end when the broker is back', async () => {
    if (!kafka) throw new Error('skipped without Kafka')
    onTestFinished(() => kafka.stop())
    const settings = readSettings({
      ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
      ...{ FLYWHEEL_KAFKA: kafka.brokers, FLYWHEEL_REGISTRY: 'http://127.0.0.1:1' },
    })
    const log = await openKafkaLog({ brokers: [kafka.brokers], clientId: 'test', replication: 1 })
    const registry = inMemoryRegistry()
    const world = await createRuntime(
      { log, registry, objects: inMemoryObjects() },
      settings,
      createLogger(settings),
      systemClock,
    )
    const { urlOf } = await runUntilTestEnds(world, ['sampler', 'console'])
    const url = urlOf('console')
    const ask = async (path: string) => {
      const answer = await fetch(url + path, { signal: AbortSignal.timeout(patienceMs) })
      return { code: answer.status, text: await answer.text() }
    }
    await waitUntil('it is ready', async () => (await ask('/ready')).code === 200)
    const before = JSON.parse((await ask('/v1/status')).text)
    expect(before.outage).toBeNull()

    await kafka.kill(1)
    await waitUntil('the console tells the outage', async () => (await ask('/v1/status')).code === 503)
    const [shown, page, metrics] = await Promise.all(['/v1/status', '/', '/metrics'].map(ask))
    expect(JSON.parse(shown?.text ?? '')).toMatchObject({
      ...{ topics: before.topics, services: before.services },
      outage: { reason: expect.stringContaining('event log'), ageSeconds: expect.any(Number) },
    })
    expect(page).toMatchObject({ code: 503, text: expect.stringContaining('The event log does not answer (') })
    expect(metrics).toMatchObject({
      code: 200,
      text: expect.stringMatching(/^flywheel_log_state_age_seconds [\d.]+$/m),
    })
    expect(await ask('/health')).toMatchObject({ code: 200 })
    expect(await ask('/ready')).toMatchObject({ code: 503, text: expect.stringContaining('does not answer') })
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    await status({ url, json: false }, settings).finally(() => vi.restoreAllMocks())
    expect(process.exitCode).toBe(1)
    process.exitCode = undefined

    await kafka.up(1)
    await waitUntil('it is ready again', async () => (await ask('/ready')).code === 200, 90_000)
    await waitUntil('the outage is over', async () => (await ask('/v1/status')).code === 200)
  })
})
