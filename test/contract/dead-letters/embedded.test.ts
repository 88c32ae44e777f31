import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { retryTopic } from '#topology/derive/names.ts'
import { deadLettersContract } from './suite.ts'
import { service, startStrategist } from './support.ts'

async function open(home = temporaryFolder()): Promise<Runtime> {
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  onTestFinished(() => world.close())
  return world
}

deadLettersContract('dead letters on the embedded log', open)

test('what was re-driven stays so when no group has a position any more', async () => {
  const home = temporaryFolder()
  const first = await open(home)
  const { takes, dataset, mended, end } = await startStrategist(first)
  await takes(['1', '2', '3'].map(id => dataset('ada', id, 'the rule refuses')))
  for (const id of ['1', '2', '3']) mended.add(id)
  expect(await redrive(first.log, { service }, new AbortController().signal)).toMatchObject([{ records: 3 }])
  await takes()
  await end()
  await first.close()
  const db = new DatabaseSync(join(home, 'flywheel.sqlite'))
  db.exec('DELETE FROM positions')
  db.close()
  const again = await open(home)
  expect(await redrive(again.log, { service }, new AbortController().signal)).toEqual([])
  expect(await countRecords(again.log, retryTopic(service))).toBe(3)
})
