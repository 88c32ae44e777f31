import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openLanguageModels } from '#models/open.ts'
import { readSettings } from '#runtime/config/config.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { createMetrics } from '#runtime/telemetry/telemetry.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startModelServer } from '#test/support/servers/model-server.ts'

const forever = new AbortController().signal
const clock = { now: () => Date.UTC(2026, 10, 24, 12) }
const ask = (content: string) => ({ messages: [{ role: 'user', content }], maxTokens: 10 }) as const

async function open(home: string, environment: Readonly<Record<string, string>>) {
  const metrics = createMetrics()
  const settings = readSettings({ FLYWHEEL_HOME: home, ...environment })
  const objects = openFolderStore(join(home, 'objects'))
  const models = await openLanguageModels({ settings, clock, metrics, objects, onClose: onTestFinished })
  return { models, metrics }
}

test('without a model in the settings there is none, and nothing is opened', async () => {
  const home = temporaryFolder()
  expect((await open(home, {})).models.forService('judge')).toBeUndefined()
  expect(existsSync(join(home, 'language-model.sqlite'))).toBe(false)
})

test('a configured model answers once, remembers it over a restart, and its calls are counted without a word', async () => {
  const [home, server] = [temporaryFolder(), await startModelServer()]
  const environment = {
    FLYWHEEL_MODEL: 'fake',
    FLYWHEEL_MODEL_URL: `${server.url}/v1`,
    FLYWHEEL_MODEL_INPUT_PRICE: '1000',
    FLYWHEEL_MODEL_OUTPUT_PRICE: '2000',
  }
  server.respondWith({ say: 'a secret answer' })
  const { models, metrics } = await open(home, environment)
  const first = await models.forService('judge')?.complete(ask('a secret question'), forever)
  expect(first).toMatchObject({ text: 'a secret answer', usage: { inputTokens: 12, outputTokens: 5 } })
  const again = await (await open(home, environment)).models
    .forService('judge')
    ?.complete(ask('a secret question'), forever)
  expect(again).toMatchObject({ text: 'a secret answer', usage: { inputTokens: 0, outputTokens: 0 } })
  expect(server.requests).toHaveLength(1)
  const counted = await metrics.text()
  expect(counted).toContain('flywheel_model_calls_total{service="judge",model="fake",outcome="answered"} 1')
  expect(counted).toContain('flywheel_model_dollars_total{service="judge",model="fake"} 0.022')
  expect(counted).not.toContain('secret')
})

test('a spent budget stops the next call of that service, on that day, before it is made', async () => {
  const [home, server] = [temporaryFolder(), await startModelServer()]
  const { models } = await open(home, {
    FLYWHEEL_MODEL: 'fake',
    FLYWHEEL_MODEL_URL: `${server.url}/v1`,
    FLYWHEEL_MODEL_TOKENS_PER_DAY: '40',
  })
  // Each may take 1 + 16 + 10 tokens and takes 17: after the first there is no room for what the second may take.
  const answers = []
  for (const question of ['a', 'b', 'c'])
    answers.push(await models.forService('judge')?.complete(ask(question), forever))
  const stopped = { refused: 'the budget of judge on 2026-11-24, 40 tokens, has no room for this call' }
  expect(answers).toEqual([expect.objectContaining({ text: 'hello' }), stopped, stopped])
  expect(await models.forService('curator')?.complete(ask('d'), forever)).toMatchObject({ text: 'hello' })
  expect(server.requests).toHaveLength(2)
})
