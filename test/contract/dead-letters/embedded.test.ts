import { onTestFinished } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { deadLettersContract } from './suite.ts'

deadLettersContract('dead letters on the embedded log', async () => {
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  onTestFinished(() => world.close())
  return world
})
