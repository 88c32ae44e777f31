import { systemClock } from '#runtime/core/clock.ts'
import { openEmbeddedLog } from '#runtime/log/embedded/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { eventLogContract } from './suite.ts'

eventLogContract('the embedded event log', async () => {
  const folder = temporaryFolder()
  const open = () => openEmbeddedLog(folder, { clock: systemClock })
  return { log: open(), restart: async () => open() }
})
