import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { acls } from '#topology/derive/acls.ts'

/** Every failure is one line that names the problem and the fix, with exit code 1. */
const flywheel = (args: readonly string[], environment: Record<string, string> = {}) => {
  const options = { encoding: 'utf8', env: { ...process.env, ...environment } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, ['services/_cli/main.ts', ...args], options)
  return { status, stdout, stderr }
}
const file = (name: string, text: string): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}
function homeWithTopics(): string {
  const home = join(temporaryFolder(), 'home')
  expect(flywheel(['topics', 'apply', '--home', home]).status).toBe(0)
  return home
}
const data = (train: string): string => join(file('train.csv', train), '..')

describe('bad input', () => {
  test.each([
    [
      'an unknown service',
      () => ['up', '--services', 'juggler'],
      /FLY_USAGE: there is no service juggler; use one of ingest/,
    ],
    [
      'a broker that is not there',
      () => ['topics', 'plan', '--kafka', '127.0.0.1:1', '--registry', 'http://127.0.0.1:1'],
      /FLY_BROKER: .*127\.0\.0\.1:1/,
    ],
    ['Kafka without a registry', () => ['up', '--kafka', '127.0.0.1:1'], /FLYWHEEL_REGISTRY: needed/],
    [
      'an unknown topic',
      () => ['tail', 'gossip', '--exit', '--home', homeWithTopics()],
      /FLY_USAGE: there is no topic gossip/,
    ],
    [
      'services that do not run',
      () => ['status', '--url', 'http://127.0.0.1:1'],
      /no console answers at http:\/\/127\.0\.0\.1:1/,
    ],
    ['a folder without questions', () => ['demo', '--once', '--data', temporaryFolder()], /train\.csv: ENOENT/],
    [
      'other columns',
      () => ['demo', '--once', '--data', data('txt,cat\na,b\n')],
      /line 1 has columns txt,cat; it must have text,category/,
    ],
    [
      'an extra column',
      () => ['demo', '--once', '--data', data('text,category\na,b,c\n')],
      /Invalid Record Length.*line 2/,
    ],
    ['too little gold', () => ['demo', '--once', '--gold', '5'], /--gold 5 is too few/],
    [
      'a line that is not JSON',
      () => ['import', file('a.jsonl', '{"question"\n'), '--agent', 'a'],
      /a\.jsonl line 1: not JSON/,
    ],
    [
      'a wrong type',
      () => ['import', file('a.jsonl', '{"question":1,"answer":"y"}\n'), '--agent', 'a'],
      /line 1: question: /,
    ],
    [
      'an unknown field',
      () => ['import', file('a.jsonl', '{"question":"a","answer":"y","foo":1}\n'), '--agent', 'a'],
      /unknown field foo: remove it/,
    ],
  ])('%s', (_name, args, message) => {
    const { status, stderr } = flywheel(args())
    expect(stderr).toMatch(message)
    // The import says first what it takes the file for.
    expect(
      stderr
        .replace(/^.*: taken for jsonl\n/, '')
        .trim()
        .split('\n'),
    ).toHaveLength(1)
    expect(status).toBe(1)
  })

  test('a setting that does not exist', () => {
    const { status, stderr } = flywheel(['status'], { FLYWHEEL_PROT: '1' })
    expect([status, stderr]).toEqual([1, expect.stringMatching(/FLYWHEEL_PROT: no such setting/)])
  })

  test('a folder of another program', () => {
    const home = join(file('notes.txt', 'mine'), '..')
    expect(flywheel(['topics', 'plan', '--home', home]).stderr).toMatch(/^FLY_HOME: /)
  })
})

test('topics apply creates the topics, and then there is nothing to do', () => {
  const home = join(temporaryFolder(), 'new')
  const steps = (command: string) => JSON.parse(flywheel(['topics', command, '--json', '--home', home]).stdout).steps
  expect(steps('apply').length).toBeGreaterThan(15)
  expect(steps('plan')).toEqual([])
})

test.each([
  ['sql', 'select count(*) from "chat-logs"'],
  ['dlq', 'discard', 'judge', 'x/0@0', '--why', 'a test'],
  ['replay', 'judge', '--as', 'run'],
  ['topics', 'plan'],
])('%s %s of a mistyped home says so and creates nothing', (...args) => {
  const home = join(temporaryFolder(), 'mistyped')
  expect(flywheel([...args, '--home', home])).toEqual({
    ...{ status: 1, stdout: '' },
    stderr: expect.stringContaining(`FLY_HOME: ${home} holds no data: it has no flywheel.sqlite; correct --home or`),
  })
  expect(existsSync(home)).toBe(false)
})

/** Root may write everywhere, so the command runs as another user. */
const ordinaryUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

test.each([
  ['up', '--port', '0'],
  ['topics', 'plan'],
])('%s %s in a home that cannot be written names it and the fix', (...args) => {
  const home = homeWithTopics()
  chmodSync(join(home, '..'), 0o755)
  chmodSync(home, 0o555)
  onTestFinished(() => chmodSync(home, 0o755))
  const options = { encoding: 'utf8', ...ordinaryUser } as const
  const { status, stderr } = spawnSync(process.execPath, ['services/_cli/main.ts', ...args, '--home', home], options)
  expect([status, stderr.trim().split('\n').at(-1)]).toEqual([
    1,
    expect.stringMatching(
      `^FLY_HOME: ${home} cannot be used as a data folder: .*; make it writable for .* FLYWHEEL_HOME$`,
    ),
  ])
})

test('a command does not act on the deployment of another home that answers on its port', async () => {
  const [home, other] = [temporaryFolder(), temporaryFolder()]
  const settings = { FLYWHEEL_LOG_LEVEL: 'silent', FLYWHEEL_PORT: '0' }
  const held = await openRuntime(readSettings({ ...settings, FLYWHEEL_HOME: home }))
  onTestFinished(() => held.close())
  writeFileSync(join(home, 'flywheel.pid'), '1')
  const world = await openRuntime(readSettings({ ...settings, FLYWHEEL_HOME: other }))
  const { urlOf } = await runUntilTestEnds(world, ['judge'])
  const child = spawn(process.execPath, [
    ...['services/_cli/main.ts', 'dlq', 'redrive', 'judge', '--home', home],
    ...['--port', new URL(urlOf('judge')).port],
  ])
  expect(await text(child.stderr)).toMatch(
    `FLY_HOME: ${home} is in use by process 1: stop it, or choose another folder with FLYWHEEL_HOME; the process on port`,
  )
})

test('topics acls prints each ACL of the map as arguments of kafka-acls', () => {
  const lines = flywheel(['topics', 'acls']).stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(acls().length)
  expect(lines).toContain(
    "--add --allow-principal User:judge --operation write --transactional-id 'judge' --resource-pattern-type prefixed",
  )
})
