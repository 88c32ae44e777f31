import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import { deadLetterTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

/** All services on a fresh embedded log, and how to talk to them. */
async function wheel() {
  const home = temporaryFolder()
  const settings = readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' })
  const world = await openRuntime(settings)
  const { urlOf, signal } = await runUntilTestEnds(world, serviceNames)
  const call = async (method: string, path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${urlOf('ingest')}${path}`, { method, headers, body: JSON.stringify(body) })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const events = async <T>(name: string): Promise<T[]> => {
    const found: T[] = []
    const fold = async (records: readonly { value: Buffer | null }[]): Promise<void> => {
      for (const { value } of records) if (value) found.push((await world.codec.decodeAny(value)) as T)
    }
    await world.log.read([name], { from: 'beginning', follow: false }, fold, signal)
    return found
  }
  return { world, call, events }
}

const everything = { sampleShare: 1 }
const chat = (agent: string, at: number, tool: string) => ({
  ...{ agent, conversationId: `${agent}-${at}`, turn: 0, question: `question ${at} of ${agent}` },
  plan: { calls: [{ tool: tool, arguments: 'x' }], margin: 0.1 },
})

test('two agents with different catalogues never mix', async () => {
  const { call, events } = await wheel()
  const catalogues: Record<string, string[]> = { bank: ['pay', 'save'], shop: ['buy', 'return'] }
  for (const [agent, names] of Object.entries(catalogues)) {
    const tools = names.map(name => ({ name, description: `to ${name}` }))
    expect((await call('PUT', `/v1/agents/${agent}`, { tools, budgets: everything })).status).toBe(200)
    const chats = Array.from({ length: 20 }, (_none, at) => chat(agent, at, names[at % 2] ?? ''))
    expect((await call('POST', '/v1/chat-logs', chats)).body).toMatchObject({ accepted: 20 })
  }
  type Sample = { agent: string; question: string; plan: { calls: readonly { tool: string }[] }; id: string }
  await waitUntil('all turns are samples', async () => (await events(topic.selectedSamples)).length === 40)
  for (const { agent, question, plan } of await events<Sample>(topic.selectedSamples)) {
    expect(question).toContain(agent)
    expect(catalogues[agent]).toContain(plan.calls[0]?.tool)
  }
  // A reviewer of one agent sees nothing of the other, and cannot name the other's tools.
  const { body } = await call('POST', '/v1/queue/lease', { agent: 'shop', reviewer: 'ada', count: 50 })
  const items = body['items'] as { sampleId: string; question: string }[]
  expect(items).toHaveLength(20)
  expect(items.every(({ question }) => question.includes('shop'))).toBe(true)
  const review = {
    agent: 'shop',
    sampleId: items[0]?.sampleId,
    reviewer: 'ada',
    verdict: 'wrong',
    calls: [{ tool: 'pay', arguments: '' }],
  }
  expect((await call('POST', '/v1/reviews', review)).status).toBe(400)
  const planned = await call('POST', '/v1/plan', { agent: 'bank', question: 'I want to return this', log: false })
  const { calls } = planned.body as { calls: readonly { tool: string }[] }
  expect(catalogues['bank']).toContain(calls[0]?.tool)
})

test('a record that does not decode is dead-lettered with its reason, and the wheel goes on', async () => {
  const { world, call, events } = await wheel()
  await call('PUT', '/v1/agents/bank', { tools: [{ name: 'pay', description: 'to pay' }], budgets: everything })
  await world.log.append([
    { topic: topic.chatLogs, key: 'direct', value: Buffer.from('not avro at all'), headers: { from: 'x' } },
  ])
  await call('POST', '/v1/chat-logs', [chat('bank', 1, 'pay')])
  await waitUntil('the good one is a sample', async () => (await events(topic.selectedSamples)).length === 1)
  const letters = deadLetterTopic(topic.chatLogs, 'sampler')
  await waitUntil('the bad one is a dead letter', async () => (await countRecords(world.log, letters)) === 1)
  const found: { value: string; headers: Record<string, string> }[] = []
  await world.log.read(
    [letters],
    { from: 'beginning', follow: false },
    records => {
      for (const { value, headers } of records) found.push({ value: String(value), headers: { ...headers } })
    },
    new AbortController().signal,
  )
  expect(found[0]?.value).toBe('not avro at all')
  expect(found[0]?.headers).toMatchObject({
    from: 'x',
    'dlq.code': 'FLY_DECODE',
    'dlq.topic': topic.chatLogs,
    'dlq.attempts': '1',
  })
})

test('a topic is served as lines to those who cannot open the log', async () => {
  const { call, world } = await wheel()
  await call('PUT', '/v1/agents/bank', { tools: [{ name: 'pay', description: 'to pay' }] })
  await waitUntil('the agent is in the log', async () => (await countRecords(world.log, topic.agents)) === 1)
  const answer = await call('GET', `/v1/records/${topic.agents}?from=beginning`, undefined).catch(() => undefined)
  expect(answer?.body).toMatchObject({ topic: topic.agents, offset: 0, event: { agent: 'bank' } })
  expect((await call('GET', '/v1/records/nothing', undefined)).status).toBe(404)
})
