import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { SampleScored } from '#schemas/events.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { type ScriptedAnswer, startModelServer } from '#test/support/servers/model-server.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'

/** Ingest, sampler and a judge that asks a model which does as it is told. */
async function wheelWithModel(extra: Readonly<Record<string, string>> = {}) {
  const server = await startModelServer()
  const settings = readSettings({
    ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
    ...{
      FLYWHEEL_MODEL: 'fake',
      FLYWHEEL_MODEL_URL: `${server.url}/v1`,
      FLYWHEEL_MODEL_TIMEOUT_SECONDS: '2',
      ...extra,
    },
  })
  const world = await openRuntime(settings)
  const { urlOf, signal } = await runUntilTestEnds(world, ['ingest', 'sampler', 'judge'])
  const send = async (method: string, path: string, body: unknown): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${urlOf('ingest')}${path}`, { method, headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(await answer.text())
  }
  const scores = async (): Promise<readonly SampleScored[]> => {
    const found: SampleScored[] = []
    const fold = async (records: readonly { value: Buffer | null }[]): Promise<void> => {
      for (const { value } of records) if (value) found.push((await world.codec.decodeAny(value)) as SampleScored)
    }
    await world.log.read([topic.scoredSamples], { from: 'beginning', follow: false }, fold, signal)
    return found
  }
  await send('PUT', '/v1/agents/bank', {
    tools: [{ name: 'pay', description: 'to pay' }],
    budgets: { sampleShare: 1 },
  })
  /** The two scores of a new turn: that of the signals, and that of the model. */
  const judged = async (question: string, ...acts: readonly ScriptedAnswer[]) => {
    server.respondWith(...acts)
    const turn = { id: question, agent: 'bank', conversationId: question, turn: 0, question }
    await send('POST', '/v1/chat-logs', { ...turn, plan: { calls: [{ tool: 'pay', arguments: 'x' }], margin: 0.1 } })
    const of = async () => (await scores()).filter(score => score.question === question)
    await waitUntil(`${question} is scored twice`, async () => (await of()).length === 2)
    const both = await of()
    return {
      offline: both.find(({ judge }) => judge.startsWith('signals/')),
      model: both.find(({ judge }) => judge.startsWith('model/')),
    }
  }
  return { server, judged }
}

const verdict = { say: '{"score": 0.25, "toolCorrect": null, "reason": "it may be"}' }

test('whatever a model does, its score or the reason for none is an event, and the offline score stands beside it', async () => {
  const { judged } = await wheelWithModel()
  const cases: readonly [what: string, acts: readonly ScriptedAnswer[], outcome: number | RegExp][] = [
    ['a verdict', [verdict], 0.25],
    ['garbage', [{ say: 'I like it' }], /not JSON/],
    ['truncated JSON', [{ say: verdict.say.slice(0, 20) }, verdict], 0.25],
    ['a score out of range', [{ say: '{"score": 7, "toolCorrect": null, "reason": "x"}' }], /score is wrong/],
    ['429', [{ status: 429, headers: { 'retry-after': '0' } }, verdict], 0.25],
    ['429 for two hours', [{ status: 429, headers: { 'retry-after': '7200' } }], /answered 429/],
    ['a timeout', ['hang', verdict], 0.25],
    ['400', [{ status: 400 }], /refused the prompt: 400/],
  ]
  for (const [what, acts, outcome] of cases) {
    const { offline, model } = await judged(`question about ${what}`, ...acts)
    expect(offline).toMatchObject({ score: expect.any(Number), refused: null })
    if (typeof outcome === 'number') expect(model).toMatchObject({ score: outcome, refused: null, model: 'fake' })
    else expect(model).toMatchObject({ score: null, refused: expect.stringMatching(outcome), model: 'fake' })
    expect(model?.rubric).toMatch(/^rubric\//)
  }
})

test('a spent budget is an event too, and no call', async () => {
  const { server, judged } = await wheelWithModel({ FLYWHEEL_MODEL_TOKENS_PER_DAY: '100' })
  const { offline, model } = await judged('how do I pay?', verdict)
  expect(offline).toMatchObject({ score: expect.any(Number), refused: null })
  expect(model).toMatchObject({ score: null, refused: expect.stringMatching(/^the budget of judge on .* has no room/) })
  expect(server.requests).toEqual([])
})
