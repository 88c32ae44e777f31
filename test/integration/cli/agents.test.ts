import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { topic } from '#topology/topic-names.ts'

const getBooking = {
  type: 'function',
  function: { name: 'get_booking', description: 'Looks up a booking.', parameters: { type: 'object' } },
}

test('agents are added from a file, listed, shown and removed', async () => {
  const home = temporaryFolder()
  const runtime = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  const { urlOf } = await runUntilTestEnds(runtime, ['ingest'])
  const agents = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [
      'services/_cli/main.ts',
      topic.agents,
      ...args,
      '--url',
      urlOf('ingest'),
    ]).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }) as { code: number; stdout: string; stderr: string },
    )
  const write = (name: string, content: unknown): string => {
    const path = join(home, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  expect((await agents('list')).stdout).toMatch(/no agent is registered: flywheel agents add FILE/)
  const list = write('airline.json', [getBooking])
  expect((await agents('add', list)).stdout).toBe(
    'airline is registered (tools: 1): send its turns with "agent": "airline"\n',
  )
  expect((await agents('add', list)).stdout).toMatch(/was registered so already/)
  const stages = [{ name: 'planner', prompt: 'Be brief.', model: 'm-1' }]
  const full = write('full.json', { agent: 'Math Tutor', name: 'Tutor', tools: [getBooking], stages })
  expect(JSON.parse((await agents('add', full, '--json')).stdout)).toMatchObject({ agent: 'Math Tutor', changed: true })

  expect((await agents('list')).stdout).toMatch(/^airline +airline +1 +0 .*\nMath Tutor +Tutor +1 +1 /m)
  expect((await agents('show', 'Math Tutor')).stdout).toMatch(
    /tool {3}get_booking: Looks up a booking\. .*\nstage {2}planner: m-1; Be brief\.\n/,
  )
  expect(JSON.parse((await agents('show', 'airline', '--json')).stdout)).toMatchObject({
    agent: 'airline',
    tools: [{ name: 'get_booking', argumentSchema: '{"type":"object"}' }],
  })

  expect((await agents('remove', 'airline')).stdout).toMatch(/^airline is removed/)
  expect(await agents('show', 'airline')).toMatchObject({ code: 1, stderr: expect.stringMatching(/No such agent/) })

  const misspelt = write('bad.json', [{ name: 'fees', descripton: 'What it costs.' }])
  expect(await agents('add', misspelt)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/bad\.json tools\.0: tool fees: description: /),
  })
})
