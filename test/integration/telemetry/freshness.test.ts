import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { runInProcess } from '#services/_cli/run/start-services.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import { runFlywheel } from '../cli/rows.support.ts'

test('the freshness of a score is in flywheel status and in the metrics', async () => {
  const settings = { FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }
  const world = await openRuntime(readSettings(settings))
  const stop = new AbortController()
  const { urlOf, done } = await runInProcess(world, ['ingest', 'sampler', 'judge', 'console'], stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await done
    await world.close()
  })
  const url = urlOf('console')
  const call = async (method: string, path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(url + path, { method, headers, body: JSON.stringify(body) })).status).toBe(200)
  }
  const tools = [{ name: 'quote', description: 'The price of a stock.' }]
  await call('PUT', '/v1/agents/desk', { tools, budgets: { sampleShare: 1 } })
  const chat = { agent: 'desk', turn: 0, question: 'Price?', plan: { tool: 'quote', argument: 'ACME' } }
  const scores = async (): Promise<number> =>
    ((await (await fetch(`${url}/v1/status`)).json()) as { freshness: { scores: number } }).freshness.scores
  await call('POST', '/v1/chat-logs', { ...chat, conversationId: 'a' })
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
