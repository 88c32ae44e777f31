import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'
import { runFlywheel } from '../cli/rows.support.ts'

/** Services with ingest and console on a new embedded log; an agent of which every turn is sampled has had one turn. */
async function startWithOneTurn(names: readonly ServiceName[], clock?: Clock) {
  const settings = { FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }
  const world = await openRuntime(readSettings(settings), clock)
  const { urlOf } = await runUntilTestEnds(world, names)
  const url = urlOf('console')
  const call = async (method: string, path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(url + path, { method, headers, body: JSON.stringify(body) })).status).toBe(200)
  }
  const tools = [{ name: 'quote', description: 'The price of a stock.' }]
  await call('PUT', '/v1/agents/desk', { tools, budgets: { sampleShare: 1 } })
  const chat = { agent: 'desk', turn: 0, question: 'Price?', plan: { calls: [{ tool: 'quote', arguments: 'ACME' }] } }
  await call('POST', '/v1/chat-logs', { ...chat, conversationId: 'a' })
  return { world, url }
}

test('the freshness of a score is in flywheel status and in the metrics', async () => {
  const { url } = await startWithOneTurn(['ingest', 'sampler', 'judge', 'console'])
  const scores = async (): Promise<number> =>
    ((await (await fetch(`${url}/v1/status`)).json()) as { freshness: { scores: number } }).freshness.scores
  await waitUntil('it has a score', async () => (await scores()) === 1)
  const status = await runFlywheel('status', '--url', url)
  expect(status.out).toMatch(
    new RegExp(
      `^${topic.scoredSamples} +100.0% within 180 s \\(objective 99.0%\\), p50 .* of 1 in the last hour$`,
      'm',
    ),
  )
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain(`flywheel_freshness_share{topic="${topic.scoredSamples}"} 1`)
})

test('samples that no judge has read for longer than the objective are overdue, and the lag of the dead judge is a metric', async () => {
  let late = 0
  const clock = { now: () => Date.now() + late }
  const { world, url } = await startWithOneTurn(['ingest', 'sampler', 'console'], clock)
  const waiting = async () =>
    (await world.log.lag('judge', [topic.selectedSamples])).filter(({ records }) => records > 0)
  await waitUntil('a sample waits', async () => (await waiting()).length === 1)
  const status = async () => (await (await fetch(`${url}/v1/status`)).json()) as { freshness: object }
  expect((await status()).freshness).toMatchObject({ overdue: 0, attained: null, ok: null })

  late = 300_000
  expect((await status()).freshness).toMatchObject({ overdue: 1, scores: 0, attained: 0, ok: false })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const [sample] = await waiting()
  const labels = `{service="judge",topic="${topic.selectedSamples}",partition="${sample?.partition}"}`
  expect(metrics).toContain(`flywheel_lag_records${labels} 1\n`)
  expect(metrics).toMatch(new RegExp(`^flywheel_lag_seconds${labels} 30\\d`, 'm'))
  expect(metrics).toContain(`flywheel_freshness_share{topic="${topic.scoredSamples}"} 0\n`)
  expect(metrics).toContain(`flywheel_dead_letters_unresolved{service="judge",topic="${topic.selectedSamples}"} 0\n`)
})
