import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
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
      () => ['tail', 'gossip', '--exit', '--home', temporaryFolder()],
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
      () => ['import', file('a.jsonl', '{"question":1,"plan":{"tool":"x","argument":"y"}}\n'), '--agent', 'a'],
      /line 1: question: /,
    ],
    [
      'an unknown field',
      () => [
        'import',
        file('a.jsonl', '{"question":"a","plan":{"tool":"x","argument":"y"},"foo":1}\n'),
        '--agent',
        'a',
      ],
      /unknown field foo: remove it/,
    ],
  ])('%s', (_name, args, message) => {
    const { status, stderr } = flywheel(args())
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
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

test('topics apply twice: the second plan is empty', () => {
  const home = temporaryFolder()
  const planned = () => JSON.parse(flywheel(['topics', 'plan', '--json', '--home', home]).stdout).steps
  expect(planned().length).toBeGreaterThan(15)
  expect(flywheel(['topics', 'apply', '--home', home]).status).toBe(0)
  expect(planned()).toEqual([])
})

test('topics acls prints each ACL of the map as arguments of kafka-acls', () => {
  const lines = flywheel(['topics', 'acls']).stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(acls().length)
  expect(lines).toContain(
    "--add --allow-principal User:judge --operation write --transactional-id 'judge' --resource-pattern-type prefixed",
  )
})
