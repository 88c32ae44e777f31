import { readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { stateTopic } from '#topology/derive/names.ts'
import { runFlywheel } from './rows.support.ts'

/** Lets so many hours pass for all files. */
function makeOlder(folder: string, hours: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const time = new Date(statSync(path).mtimeMs - hours * 3_600_000)
    utimesSync(path, time, time)
  }
}

test('flywheel objects gc deletes what no record names, in two runs, and nothing in a dry run', async () => {
  const home = temporaryFolder()
  const open = () => openRuntime(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_LOG_LEVEL: 'silent' }))
  const world = await open()
  const kept = await world.objects.put(Buffer.from('kept'))
  const manifest = await world.objects.put(Buffer.from(`{"dataset":"${kept}"}`))
  const dropped = await world.objects.put(Buffer.from('dropped'))
  await world.log.createTopics([{ name: stateTopic('judge'), partitions: 1, keep: 'compact' }])
  await world.log.append([{ topic: stateTopic('judge'), key: 'k', value: Buffer.from(`{"of":"${manifest}"}`) }])
  await world.close()
  const collect = async (...args: string[]) => {
    const { status, out, errors } = await runFlywheel('objects', 'gc', '--home', home, '--json', ...args)
    expect(status, errors).toBe(0)
    return JSON.parse(out)
  }
  const has = async () => {
    const { objects, close } = await open()
    const found = await Promise.all([kept, manifest, dropped].map(name => objects.has(name)))
    await close()
    return found
  }
  expect(await collect()).toMatchObject({ named: { objects: 2 }, young: { objects: 1, bytes: 7 } })
  makeOlder(join(home, 'objects'), 25)
  const would = { named: { objects: 2 }, trashed: { objects: 1, bytes: 7 }, damaged: [] }
  for (const args of [['--dry-run'], []]) expect(await collect(...args)).toMatchObject(would)
  expect(await has()).toEqual([true, true, true])
  makeOlder(join(home, 'objects'), 25)
  expect(await collect()).toMatchObject({ named: { objects: 2 }, deleted: { objects: 1, bytes: 7 } })
  expect(await has()).toEqual([true, true, false])

  const refused = await runFlywheel('objects', 'gc', '--home', home, '--older-than', '5m')
  expect(refused).toMatchObject({ status: 1, errors: expect.stringContaining('--older-than 5m: give 1h or more') })
})
