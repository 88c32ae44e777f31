import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import type { LetterPage, UnresolvedTopic } from '#runtime/dead-letters/list.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { deadLetters, service, startStrategist } from '#test/contract/dead-letters/support.ts'
import { planOf, turnFields } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

/** Not spawned synchronously: the services that answer run in this process. */
async function flywheel(...args: readonly string[]) {
  const run = promisify(execFile)(process.execPath, ['services/_cli/main.ts', ...args])
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }) as { code: number; stdout: string; stderr: string },
  )
}

const chat: ChatLogged = {
  ...{ id: 'turn-1', parents: [], at: 1, agent: 'late', conversationId: 'c-1', turn: 0, userId: null },
  ...turnFields,
  ...{ redactions: [], question: 'where is my umbrella', answer: null, latencyMs: null, source: 'test' },
  plan: planOf('find', 'umbrella', { margin: 0.1 }),
}

test('dead letters are listed, shown and re-driven, while the services run and afterwards', async () => {
  const home = temporaryFolder()
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  const { urlOf, end } = await runUntilTestEnds(world, serviceNames)
  const { port } = new URL(urlOf('ingest'))
  const dlq = (...args: readonly string[]) => flywheel('dlq', ...args, '--home', home, '--port', port)
  const list = async (): Promise<(UnresolvedTopic & LetterPage)[]> =>
    JSON.parse((await dlq('list', '--json')).stdout).topics
  const from = deadLetterTopic(topic.chatLogs, 'sampler')

  await world.log.append([
    world.codec.record(topic.chatLogs, chat),
    { topic: topic.chatLogs, key: 'direct', value: Buffer.from('not avro at all') },
  ])
  await waitUntil('both are dead letters', async () => (await countRecords(world.log, from)) === 2)
  const [unresolved] = await list()
  expect(unresolved).toMatchObject({
    service: 'sampler',
    topic: from,
    records: 2,
    codes: { FLY_AGENT: 1, FLY_DECODE: 1 },
  })
  const text = (await dlq('list', 'sampler')).stdout
  expect(text).toMatch(/chat-logs\.sampler\.dlq: 2 \(.*\) unresolved; first seen 20/)
  expect(text).toMatch(
    /chat-logs\.sampler\.dlq\/\d@\d FLY_AGENT, 1 attempt, first seen 20.*: the agent is not registered/,
  )
  expect(text).not.toContain('umbrella')

  const late = unresolved?.letters.find(({ code }) => code === 'FLY_AGENT')
  const place = `${from}/${late?.partition}@${late?.offset}`
  const shown = await dlq('show', place, '--json')
  expect(JSON.parse(shown.stdout)).toMatchObject({
    ...{ service: 'sampler', state: 'unresolved', key: 'c-1', hint: expect.stringMatching(/^Register the agent/) },
    ...{ event: { question: chat.question }, headers: { 'dlq.code': 'FLY_AGENT' } },
  })

  const dry = await dlq('redrive', 'sampler', '--dry-run')
  expect(dry.stdout).toBe(`${from}: 2 (FLY_AGENT 1, FLY_DECODE 1) would be re-driven to ${retryTopic('sampler')}\n`)
  expect(await countRecords(world.log, retryTopic('sampler'))).toBe(0)
  const agent = { tools: [{ name: 'find', description: 'to find' }], budgets: { sampleShare: 1 } }
  const headers = { 'content-type': 'application/json' }
  await fetch(`${urlOf('ingest')}/v1/agents/late`, { method: 'PUT', headers, body: JSON.stringify(agent) })
  const moved = await dlq('redrive', 'sampler', '--topic', topic.chatLogs, '--json')
  expect(moved.stderr).toContain('2 of 2 re-driven')
  expect(JSON.parse(moved.stdout)).toEqual({
    ...{ service: 'sampler', dryRun: false },
    topics: [{ topic: from, records: 2, codes: { FLY_AGENT: 1, FLY_DECODE: 1 } }],
  })
  await waitUntil('the turn is a sample', async () => (await countRecords(world.log, topic.selectedSamples)) === 1)
  await waitUntil('the other is a dead letter again', async () => (await countRecords(world.log, from)) === 3)

  await end()
  expect(await list()).toMatchObject([{ topic: from, records: 1, letters: [{ code: 'FLY_DECODE', attempts: 2 }] }])
  const [left] = (await list()).flatMap(({ letters }) => letters)
  const leftName = `${from}/${left?.partition}@${left?.offset}`
  const lines = (await dlq('list', '--all', '--json')).stdout.trim().split('\n')
  expect(lines.map(line => JSON.parse(line))).toMatchObject([{ service: 'sampler', topic: from, code: 'FLY_DECODE' }])
  const only = await dlq('redrive', 'sampler', '--only', leftName)
  expect(only.stdout).toMatch(/: 1 \(FLY_DECODE 1\) re-driven to retry\.sampler\n.*same keys/)
  expect(await list()).toEqual([])
  expect((await dlq('redrive', 'sampler', '--only', leftName)).stderr).toMatch(/already re-driven/)
})

test('a dead letter is discarded with a reason, which is listed with the name and the time', async () => {
  const home = temporaryFolder()
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  onTestFinished(() => world.close())
  const { takes, dataset, of, end } = await startStrategist(world)
  await takes([dataset('ada', '1', 'the rule refuses'), dataset('ada', '2', 'the rule refuses')])
  const [letter, other] = (await of(deadLetters, 'ada')).map(
    ({ topic: name, partition, offset }) => `${name}/${partition}@${offset}`,
  )
  await end()
  await world.close()
  const dlq = (...args: readonly string[]) => flywheel('dlq', ...args, '--home', home)
  expect((await dlq('discard', service, `${letter}`)).stderr).toMatch(/--why/)
  expect((await dlq('discard', service, `${letter}`, '--why', ' ')).stderr).toMatch(/FLY_USAGE: --why: say why/)
  const discarded = await dlq('discard', service, `${letter}`, '--why', 'sent by mistake')
  expect(discarded.stdout).toBe(`${deadLetters}: 1 (FLY_LEAK 1) discarded\n`)
  const line = new RegExp(`^${letter} FLY_LEAK, discarded 20.* by ${userInfo().username}: sent by mistake\n$`)
  expect((await dlq('list', '--discarded')).stdout).toMatch(line)
  expect((await dlq('list')).stdout).not.toContain(`${letter} `)
  expect((await dlq('list')).stdout).toContain(`${other} `)
  const again = await dlq('redrive', service)
  expect(again.stdout).toBe(`${deadLetters}: 1 (FLY_LEAK 1) re-driven to ${retryTopic(service)}\n`)
  expect((await dlq('list')).stdout).toBe('no unresolved dead letters\n')
  expect((await dlq('list', '--discarded')).stdout).toMatch(line)
})

test.each([
  [['list', 'gateway'], /FLY_USAGE: gateway consumes no topic, so it has no dead letters; use one of sampler/],
  [['show', 'somewhere'], /FLY_USAGE: there is no dead letter somewhere: give TOPIC\/PARTITION@OFFSET/],
  [['redrive', 'judge', '--topic', topic.releases], /FLY_USAGE: judge has no dead letters of releases: it reads/],
  [['list', '--port', '1'], /FLY_HOME: .* is in use by process \d+.*; and no flywheel process answers on port 1/],
])('%j fails with one line that says what is wrong', async (args, message) => {
  const home = temporaryFolder()
  const world = await openRuntime(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_LOG_LEVEL: 'silent' }))
  if (!args.includes('--port')) await world.close()
  else onTestFinished(() => world.close())
  const { code, stderr } = await flywheel('dlq', ...args, '--home', home)
  expect(stderr).toMatch(message)
  expect([code, stderr.trim().split('\n')]).toEqual([1, [expect.any(String)]])
})

test('over HTTP a re-drive needs the key and a JSON body, and only one runs at a time', async () => {
  const settings = readSettings({
    ...{
      FLYWHEEL_HOME: temporaryFolder(),
      FLYWHEEL_PORT: '0',
      FLYWHEEL_LOG_LEVEL: 'silent',
      FLYWHEEL_API_KEY: 'a-key-for-the-test',
    },
  })
  const world = await openRuntime(settings)
  onTestFinished(() => world.close())
  const { url, takes, dataset } = await startStrategist(world)
  await takes([dataset('ada', '1', 'the rule refuses')])
  const key = { authorization: 'Bearer a-key-for-the-test' }
  const json = { ...key, 'content-type': 'application/json' }
  const post = (headers: Record<string, string>, body?: string, of: string = service) =>
    fetch(`${url}/v1/dlq/${of}/redrive`, { method: 'POST', headers, ...(body !== undefined && { body }) })
  expect((await post({ 'content-type': 'application/json' }, '{}')).status).toBe(401)
  expect((await fetch(`${url}/v1/dlq`)).status).toBe(401)
  expect((await post(key)).status).toBe(400)
  expect((await post({ ...key, 'content-type': 'text/plain' }, '{}')).status).toBe(415)
  expect((await post(json, '{"topik":"x"}')).status).toBe(400)
  expect(await (await post(json, `{"topic":"${topic.chatLogs}"}`)).json()).toMatchObject({
    error: { code: 'invalid', message: expect.stringContaining('has no dead letters of') },
  })
  expect((await post(json, '{}', 'judge')).status).toBe(404)
  expect((await fetch(`${url}/v1/dlq/nothing`, { headers: key })).status).toBe(404)
  expect(await countRecords(world.log, retryTopic(service))).toBe(0)

  const both = await Promise.all([post(json, '{}'), post(json, '{}')])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  const lines = (await both.find(({ ok }) => ok)?.text())
    ?.trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines).toEqual([{ moved: 1, of: 1 }, { topics: [{ topic: deadLetters, records: 1, codes: { FLY_LEAK: 1 } }] }])
  await takes()
  const get = async (path: string) => (await fetch(`${url}${path}`, { headers: key })).json()
  expect(await get(`/v1/dlq/topics?service=${service}`)).toMatchObject({ topics: [{ topic: deadLetters, records: 1 }] })
  expect(await get('/v1/dlq?limit=1')).toMatchObject({ letters: [{ service, topic: deadLetters, code: 'FLY_LEAK' }] })
  expect(await get('/v1/dlq?limit=0')).toMatchObject({ error: { field: 'limit' } })
  expect(await get('/v1/dlq?cursor=x')).toMatchObject({ error: { message: expect.stringContaining('cursor') } })
})

test('over HTTP dead letters are discarded by who has the scope admin, with a reason, and each once', async () => {
  const home = temporaryFolder()
  const keys = { reader: 'the-key-of-a-reader', ann: 'the-key-of-ann-here' }
  const scopesOf = { reader: ['read'], ann: ['read', 'admin'] }
  const apiKeys = Object.entries(keys).map(([name, key]) => ({
    ...{ name, sha256: createHash('sha256').update(key).digest('hex'), requestsPerSecond: 100 },
    scopes: scopesOf[name as keyof typeof keys],
  }))
  const keyFile = join(temporaryFolder(), 'keys.json')
  writeFileSync(keyFile, JSON.stringify(apiKeys))
  const settings = readSettings({
    ...{ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
    ...{ FLYWHEEL_API_KEY: 'a-key-for-the-test', FLYWHEEL_API_KEYS: keyFile },
  })
  const world = await openRuntime(settings)
  onTestFinished(() => world.close())
  const { url, takes, dataset, of } = await startStrategist(world)
  await takes([dataset('ada', '1', 'the rule refuses'), dataset('ada', '2', 'the rule refuses')])
  const [letter, other] = (await of(deadLetters, 'ada')).map(
    ({ topic: name, partition, offset }) => `${name}/${partition}@${offset}`,
  )
  const post = async (path: string, key: string, body: object) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/v1/dlq/${service}/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const discard = { letters: [letter], why: ' sent by mistake ' }
  expect(await post('discard', keys.reader, discard)).toMatchObject({ status: 403 })
  expect(await post('discard', keys.ann, { letters: [letter] })).toMatchObject({
    status: 400,
    body: { error: { field: 'why' } },
  })
  expect(await post('discard', keys.ann, { letters: [], why: 'x' })).toMatchObject({ status: 400 })
  expect(await post('discard', keys.ann, discard)).toMatchObject({ status: 200, body: { topics: [{ records: 1 }] } })
  expect(await post('discard', keys.ann, discard)).toMatchObject({
    ...{ status: 400, body: { error: { code: 'invalid', message: `letters: ${letter} is already discarded` } } },
  })
  expect(await post('redrive', keys.ann, { only: [other], dryRun: true })).toMatchObject({ status: 400 })
  expect(await post('redrive', keys.ann, { only: [letter] })).toMatchObject({ status: 400 })
  expect(await post('redrive', keys.ann, { only: [other] })).toMatchObject({
    status: 200,
    body: { topics: [{ records: 1 }] },
  })
  const headers = { authorization: `Bearer ${keys.reader}` }
  expect(await (await fetch(`${url}/v1/dlq/discarded`, { headers })).json()).toMatchObject({
    letters: [
      { service, topic: deadLetters, by: 'ann', why: 'sent by mistake', code: 'FLY_LEAK', at: expect.any(Number) },
    ],
  })
})
