import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { at } from '#runtime/core/checked.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { ChatEscalated, ChatLogged, FeedbackGiven } from '#schemas/events.ts'
import { journeyQuestions } from '#test/journey/wheel.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import { topic } from '#topology/topic-names.ts'

/** A value of each kind, and the words before it. */
const planted = [
  ['my mail is', 'ayesha.khan@icloud.example'],
  ['call me at', '(703) 555-0164'],
  ['my card is', '4012 8888 8888 1881'],
  ['it came from', 'DE89 3704 0044 0532 0130 00'],
  ['my ssn is', '604-39-1127'],
  ['my account number is', '7718820034'],
  ['my passport is', 'C01X00T47'],
  ['I was born', '14 March 1985'],
  ['my password is', 'Sommer2024!'],
  ['the key is', `ghp_${'16C7e42F292c6912E7710c838347Ae178B4a'}`],
  ['send it to', '0x52908400098527886E0F7030069857D2E4169EE7'],
] as const
const values = planted.map(([, value]) => value)
const sentence = (index: number): string => at(planted, index % planted.length).join(' ')

/** The files below a folder that contain a value, with the value. */
function leaks(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return files.flatMap(({ parentPath, name }) => {
    const bytes = readFileSync(join(parentPath, name))
    return values.filter(value => bytes.includes(value)).map(value => `${name}: ${value}`)
  })
}

test('after a demo in which every question has a value, no file and no output contains one', async () => {
  const data = temporaryFolder()
  const { training, heldOut } = journeyQuestions()
  const csv = (rows: typeof training): string =>
    [
      'text,category',
      ...rows.map(({ turns, tool }, index) => `"${turns.at(-1)}, ${sentence(index)}",${tool}`),
      '',
    ].join('\n')
  writeFileSync(join(data, 'train.csv'), csv(training))
  writeFileSync(join(data, 'test.csv'), csv(heldOut))
  const home = temporaryFolder()
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, ['services/_cli/main.ts', ...args, '--home', home], {
      env: { ...process.env, FLYWHEEL_LOG_LEVEL: 'debug' },
    })
    onTestFinished(() => void child.kill())
    const [out, errors, status] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>(resolve => child.once('exit', resolve)),
    ])
    return { status, output: out + errors }
  }
  const demo = await run('demo', '--once', '--data', data, '--gold', '120', '--port', '0')
  expect(demo.status, demo.output).toBe(0)
  expect(values.filter(value => demo.output.includes(value))).toEqual([])
  expect(leaks(data)).not.toEqual([])
  expect(leaks(home)).toEqual([])

  const doctor = await run('doctor', '--pii')
  expect(doctor).toMatchObject({ status: 0, output: expect.stringContaining('nothing found in') })
}, 400_000)

test('every text of a chat, an escalation and a rating is redacted in the same way and counted', async () => {
  const home = temporaryFolder()
  const runtime = await openRuntime(
    readSettings({
      FLYWHEEL_HOME: home,
      FLYWHEEL_PORT: '0',
      FLYWHEEL_LOG_LEVEL: 'silent',
      FLYWHEEL_REDACTION_KEY: 'key of this very test',
    }),
  )
  const { urlOf, end: close, signal } = await runUntilTestEnds(runtime, serviceNames)
  const send = async (path: string, body: object, method = 'POST') => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${urlOf('ingest')}${path}`, { method, headers, body: JSON.stringify(body) })
    expect(answer.status).toBe(200)
  }
  const events = async <T>(name: string): Promise<T[]> => {
    const found: T[] = []
    const fold = async (records: readonly { value: Buffer | null }[]): Promise<void> => {
      for (const { value } of records) if (value) found.push((await runtime.codec.decodeAny(value)) as T)
    }
    await runtime.log.read([name], { from: 'beginning', follow: false }, fold, signal)
    return found
  }
  const all = planted.map(pair => pair.join(' ')).join(', ')
  const about = { agent: 'bank', conversationId: 'whatsapp:+17035550164', userId: 'ayesha.khan@icloud.example' }
  const tools = [{ name: 'pay', description: 'to pay' }]
  await send('/v1/agents/bank', { tools, budgets: { sampleShare: 1 } }, 'PUT')
  const plan = { calls: [{ tool: 'pay', arguments: values.join(' and ') }] }
  await send('/v1/chat-logs', {
    ...about,
    turn: 0,
    question: all,
    earlier: [all, 'hello'].map(text => ({ role: 'user', text })),
    answer: `I see: ${values.join(', ')}`,
    plan,
  })
  const { userId: _user, ...conversation } = about
  await send('/v1/escalations', { ...conversation, reason: all })
  await send('/v1/feedback', { ...conversation, rating: 'down', comment: all })
  await waitUntil('the turn is a sample', async () => (await events(topic.selectedSamples)).length > 0)

  const [chat] = await events<ChatLogged>(topic.chatLogs)
  const [escalation] = await events<ChatEscalated>(topic.escalations)
  const [rating] = await events<FeedbackGiven>(topic.feedback)
  expect(escalation?.reason).toBe(chat?.question)
  expect(rating?.comment).toBe(chat?.question)
  expect(rating?.conversationId).toBe(chat?.conversationId)
  expect(chat?.question).toContain(`my mail is ${chat?.userId}`)
  const kinds = chat?.redactions.map(({ kind }) => kind)
  expect(kinds?.toSorted()).toEqual([
    'account',
    'birth-date',
    'card',
    'document',
    'email',
    'iban',
    'national-id',
    'phone',
    'secret',
    'wallet',
  ])
  const metrics = await (await fetch(`${urlOf('ingest')}/metrics`)).text()
  // Six texts of the chat: its only step repeats the plan and the answer. One of the escalation, one of the rating.
  expect(metrics).toMatch(/flywheel_redactions_total\{kind="iban"[^}]*\} 8\b/)
  expect(values.filter(value => metrics.includes(value))).toEqual([])
  await close()
  expect(leaks(home)).toEqual([])
})
