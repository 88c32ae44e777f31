import { beforeEach, expect, it } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { createHttpServer } from '#runtime/http/server.ts'
import type { FollowedEvent } from '#runtime/service.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import { httpApi } from '#services/console/http-api.ts'
import { toAgentDescribed } from '#services/ingest/agent-described.ts'
import { consumingServices, topicNames } from '#topology/derive/definitions.ts'
import { topic } from '#topology/topic-names.ts'
import { dataset, evaluation, release, score } from './events.ts'

const attack = `"><script>alert('x')</script><img src=x onerror=alert(1)>&`

const skipped = [{ topic: topic.agents, code: 'FLY_DECODE', records: 2 }] as const
const unresolvedByTopic = [{ topic: topic.chatLogs, records: 2 }]

let now: number
let asked: number
let down: boolean
const start = () => {
  const context = {
    lag: async () => {
      asked++
      if (down) throw new Fault('FLY_BROKER', 'the broker is away')
      return [{ topic: 'any', partition: 0, records: 3, oldest: now - 61_000 }]
    },
    countUnresolved: async () => unresolvedByTopic,
    bounds: async () => topicNames.map(name => ({ topic: name, partition: 0, begin: 100, end: 142 })),
    settings: readSettings({}),
    urlOf: () => 'http://127.0.0.1:1',
    committedPositions: async () => [],
    positionsAt: async () => [],
    skipped: () => skipped,
  }
  const app = createHttpServer(readSettings({}), createLogger({ logLevel: 'silent' }), createMetrics(), () => ({}))
  const { routes, onRecord } = httpApi(context, { clock: { now: () => now } })
  routes?.(app)
  const show = (record: object) => onRecord?.({ timestamp: now, headers: {}, ...record } as FollowedEvent<'console'>)
  return { app, show }
}
beforeEach(() => {
  now = 1_800_000_000_000
  asked = 0
  down = false
})

it('status is what the map asks of each service, and what each topic holds', async () => {
  const { app } = start()
  const status = (await app.inject('/v1/status')).json()
  expect(status.services.map(({ name }: { name: string }) => name)).toEqual(consumingServices)
  expect(status.services).toContainEqual({
    name: 'sampler',
    lagRecords: 3,
    lagSeconds: 61,
    limitSeconds: 60,
    ok: false,
    unresolved: 2,
    unresolvedByTopic,
  })
  expect(status.services).toContainEqual({
    name: 'judge',
    lagRecords: 3,
    lagSeconds: 61,
    limitSeconds: 120,
    ok: true,
    unresolved: 2,
    unresolvedByTopic,
  })
  expect(status.topics).toEqual(topicNames.map(name => ({ name, recordsAtMost: 42 })))
  expect(status.agents).toEqual([])
})

it('how fresh scores are is in the status, on the page and in the metrics', async () => {
  const { app, show } = start()
  expect((await app.inject('/')).body).toContain('no turn was scored in the last hour, and none is overdue')
  for (const age of [1, 2, 200])
    show({
      topic: topic.scoredSamples,
      event: score({ source: 'production' }),
      headers: { began: String(now - 1000 * age) },
    })
  const { freshness } = (await app.inject('/v1/status')).json()
  expect(freshness).toMatchObject({ scores: 3, attained: 2 / 3, p50Seconds: 2, p95Seconds: 200, ok: false })
  expect((await app.inject('/')).body).toContain('<span class="over">66.7%</span>')
  const metrics = (await app.inject('/metrics')).body
  expect(metrics).toContain(`flywheel_freshness_seconds{topic="${topic.scoredSamples}",quantile="0.95"} 200`)
  expect(metrics).toContain(`flywheel_freshness_objective_share{topic="${topic.scoredSamples}"} 0.99`)
})

it('unresolved dead letters are a metric by service and topic', async () => {
  const { app } = start()
  expect((await app.inject('/metrics')).body).toContain(
    `flywheel_dead_letters_unresolved{service="judge",topic="${topic.chatLogs}"} 2`,
  )
})

it('what services skipped or decided again is in the status and on the page', async () => {
  const { app, show } = start()
  const lost = { service: 'sampler', topic: topic.chatLogs, effect: 'skipped', action: 'stop' }
  show({ topic: topic.lostPositions, event: { id: 'a', ...lost, partition: 0, from: 100, to: 1_180 } })
  expect((await app.inject('/v1/status')).json().lostPositions).toEqual([{ ...lost, records: 1_080, at: now }])
  expect((await app.inject('/')).body).toMatch(
    /<p>sampler: 1,080 records of chat-logs were deleted before they were decided, last told at 2027-.*The service stopped/,
  )
})

it('what followers cannot decode is in the status and on the page', async () => {
  const { app } = start()
  expect((await app.inject('/v1/status')).json().skipped).toEqual(skipped)
  expect((await app.inject('/')).body).toContain('2 records of agents cannot be decoded (FLY_DECODE)')
})

it('the log is asked once for all who look within two seconds', async () => {
  const { app } = start()
  await Promise.all([app.inject('/v1/status'), app.inject('/'), app.inject('/v1/status')])
  expect(asked).toBe(consumingServices.length)
  now += 2_000
  await app.inject('/')
  expect(asked).toBe(2 * consumingServices.length)
})

it('a log that does not answer is an outage for people and for programs, and is asked again at once', async () => {
  const { app } = start()
  down = true
  const shown = await app.inject('/')
  expect([shown.statusCode, shown.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8'])
  expect(shown.body).toContain('the broker is away')
  expect((await app.inject('/v1/status')).statusCode).toBe(503)
  down = false
  expect((await app.inject('/')).statusCode).toBe(200)
})

it('during an outage the last known state is shown with its age, on the page, as JSON and in the metrics', async () => {
  const { app } = start()
  const before = (await app.inject('/v1/status')).json()
  expect([before.outage, (await app.inject('/')).body]).toEqual([null, expect.not.stringContaining('does not answer')])
  down = true
  now += 61_000
  const shown = await app.inject('/')
  expect([shown.statusCode, shown.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8'])
  expect(shown.body).toContain('The event log does not answer (the broker is away). The last known state, 61.0 s old:')
  const status = await app.inject('/v1/status')
  expect([status.statusCode, status.json()]).toEqual([
    503,
    { ...before, outage: { reason: 'the broker is away', ageSeconds: 61 } },
  ])
  expect((await app.inject('/metrics')).body).toContain('flywheel_log_state_age_seconds 61\n')
  down = false
  expect((await app.inject('/v1/status')).json()).toMatchObject({ at: now, outage: null })
  expect((await app.inject('/metrics')).body).toContain('flywheel_log_state_age_seconds 0\n')
})

it('before the log has answered once, there is no age in the metrics', async () => {
  const { app } = start()
  down = true
  expect((await app.inject('/metrics')).body).not.toMatch(/^flywheel_log_state_age_seconds /m)
})

it('the page shows everything, and nothing that was sent gets through as markup', async () => {
  const { app, show } = start()
  const tools = [{ name: attack, description: attack }]
  show({ topic: topic.agents, event: toAgentDescribed('desk', { name: attack, tools }, now) })
  show({ topic: topic.evaluations, event: evaluation({ candidate: attack }) })
  show({
    topic: topic.releases,
    event: release({ planner: attack, previous: attack, reasons: [attack, 'better by 10 points'] }),
  })
  show({ topic: topic.releases, event: release({ id: 'far', outcome: 'rejected', at: 9e15 }) })
  show({ topic: topic.datasets, event: dataset() })
  show({ topic: topic.datasets, event: dataset({ outcome: 'waiting', reasons: [attack] }) })
  for (let at = 0; at < 40; at++)
    for (const source of ['production', 'gold'] as const)
      show({ topic: topic.scoredSamples, event: score({ sampleId: `s${at}`, source, score: at % 2 }) })
  show({ topic: topic.scoredSamples, event: score({ sampleId: 'waits', source: 'production' }) })
  const reply = await app.inject('/')
  expect(reply.headers['content-security-policy']).toContain("default-src 'none'")
  for (const text of [
    '<meta http-equiv="refresh" content="5">',
    'over',
    'in time',
    '90.0% [86.7%, 92.6%] on 400 frozen rows',
    '+10.0 pp [+6.0 pp, +14.0 pp]',
    'better by 10 points',
    'mean score <b>50.0%</b>',
    '40 gold scores',
    '41 sampled turns',
    'all of which are reviewed',
    'biased: 50.0%',
    'unknown',
  ])
    expect(reply.body).toContain(text)
  expect(reply.body).not.toMatch(/<script|<img|onerror=(?!alert\(1\)&gt;)/)
  expect(reply.body).toContain('&lt;script&gt;')
})
