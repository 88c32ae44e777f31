import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import type { ServicePosition } from '#runtime/host/positions.ts'
import { service, startStrategist } from '#test/contract/dead-letters/support.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

/** Not spawned synchronously: the service that answers runs in this process. */
async function flywheel(...args: readonly string[]) {
  const run = promisify(execFile)(process.execPath, ['services/_cli/main.ts', ...args])
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }) as { code: number; stdout: string; stderr: string },
  )
}

test('positions are shown while a service runs and afterwards, and a reset lets one that had stopped start again', async () => {
  const home = temporaryFolder()
  const open = async (): Promise<Runtime> => {
    const world = await openRuntime(
      readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
    )
    onTestFinished(() => world.close())
    return world
  }
  const first = await open()
  const running = await startStrategist(first)
  const { port } = new URL(running.url)
  const positions = (...args: readonly string[]) =>
    flywheel('positions', ...args, '--home', home, ...(args[0] === 'show' ? ['--port', port] : []))
  const shown = async (): Promise<readonly ServicePosition[]> => {
    const all: readonly ServicePosition[] = JSON.parse((await positions('show', service, '--json')).stdout).positions
    return all.filter(({ topic: name, end }) => name === topic.datasets && end > 0)
  }
  await running.takes(['1', '2', '3'].map(id => running.dataset('desk', id)))
  const [{ partition, ...at } = { partition: -1 }] = await shown()
  expect(at).toEqual({ topic: topic.datasets, committed: 3, begin: 0, end: 3, records: 0, oldest: null })
  const refused = await positions('reset', service, '--to', 'end')
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^FLY_HOME: .* is in use by process \d+/)])
  await running.end()
  await first.log.resetPositions(consumerGroup(service), [{ topic: topic.datasets, partition, offset: 1_000 }])
  await first.close()

  expect((await positions('show', service)).stdout).toMatch(/datasets +\d +1000 +0 +3 +3 +20\S+ +after the end\n/)
  const second = await open()
  const stopped = await startStrategist(second)
  await expect(stopped.takes([])).rejects.toMatchObject({ code: 'FLY_TOPIC' })
  await second.close()

  const dry = await positions('reset', service, '--to', 'end', '--topic', topic.datasets, '--dry-run')
  expect(dry.stdout).toMatch(/nothing was changed; with these positions strategist skips 3 records and decides 0 again/)
  expect(await shown()).toMatchObject([{ committed: 1_000 }])
  const again = await positions('reset', service, '--to', '1', '--topic', topic.datasets, '--partition', `${partition}`)
  expect([again.code, again.stdout]).toEqual([
    0,
    expect.stringMatching(/skips 1 records and decides 0 again when it starts/),
  ])
  const third = await open()
  const { takes, dataset, answered } = await startStrategist(third)
  await takes([dataset('desk', '4')])
  expect((await answered('desk')).map(([id]) => id)).toEqual(['1', '2', '3', '2', '3', '4'])
})

test('a reset to an earlier position of a service with state says that it may decide otherwise', async () => {
  const home = temporaryFolder()
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  const { takes, dataset, end } = await startStrategist(world)
  await takes([dataset('desk', '1')])
  await end()
  await world.close()
  const dry = await flywheel('positions', 'reset', service, '--to', 'beginning', '--dry-run', '--home', home, '--json')
  expect(JSON.parse(dry.stdout)).toMatchObject({
    ...{ service, dryRun: true, skipped: 0, repeated: 1 },
    notes: expect.arrayContaining([expect.stringMatching(/^strategist has state: .* may decide otherwise$/)]),
  })
})

test('a service that consumes nothing has no positions', async () => {
  const { code, stderr } = await flywheel('positions', 'show', 'gateway')
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^FLY_USAGE: gateway consumes no topic.*; use one of sampler, /),
  ])
})
