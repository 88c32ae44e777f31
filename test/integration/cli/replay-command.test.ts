import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'
import { changedRules, createReplayFixture, samples } from '../replay/replay.support.ts'

const flywheel = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['services/_cli/main.ts', 'replay', ...args], {
    encoding: 'utf8',
    env: { ...process.env, FLYWHEEL_LOG_LEVEL: 'error' },
  })
  return { status, stdout, stderr: stderr.trim() }
}

test('prints a receipt, and one object with --json; differences are not an error', async () => {
  const { decided, home, world } = await createReplayFixture()
  await decided('judge', samples(0, 5))
  await world.close()
  const text = flywheel('judge', '--as', 'plain', '--home', home)
  expect(text.stderr).toBe('')
  expect(text.stdout).toMatch(/scored-samples: 5 same, 0 changed, 0 added, 0 removed/)
  expect(text.stdout).toMatch(/sha256 [0-9a-f]{64}/)
  const silent = changedRules('export const decide = () => ({})')
  const changed = flywheel(
    'judge',
    '--as',
    'silent',
    '--home',
    home,
    '--rules',
    silent,
    '--since',
    '2025-12-31',
    '--json',
  )
  expect(changed.status).toBe(0)
  expect(JSON.parse(changed.stdout).diff).toMatchObject({ [topic.scoredSamples]: { removed: 5 } })
})

const somewhere = ['--as', 'r', '--home', '/nowhere/at/all']
test.each([
  ['an unknown service', ['juggler', ...somewhere], /FLY_USAGE: there is no service juggler; use one of sampler/],
  [
    'a service that decides nothing',
    ['gateway', ...somewhere],
    /FLY_USAGE: gateway makes no decisions; use one of sampler/,
  ],
  ['no name', ['judge'], /required option '--as <run>'/],
  ['rules and a configuration', ['judge', ...somewhere, '--rules', 'a', '--config', 'b'], /cannot be used with option/],
  ['a bad time', ['judge', ...somewhere, '--since', 'tomorrow'], /FLY_USAGE: --since tomorrow: give a time such as/],
  ['an empty range', ['judge', ...somewhere, '--since', '1h', '--until', '2h'], /--since 1h is not before --until 2h/],
  [
    'rules that are not there',
    ['judge', ...somewhere, '--rules', 'nowhere.ts'],
    /FLY_USAGE: --rules nowhere\.ts cannot be read/,
  ],
])('bad input: %s', (_what, args, message) => {
  const { status, stdout, stderr } = flywheel(...args)
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr.split('\n')[0]).toMatch(message)
})

test('a folder that another process has open', async () => {
  const home = temporaryFolder()
  const holder = spawn(process.execPath, ['test/support/processes/hold-folder.ts', home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  expect(flywheel('judge', '--as', 'r', '--home', home).stderr).toMatch(/^FLY_HOME: /)
  expect(existsSync(join(home, 'replays'))).toBe(false)
})
