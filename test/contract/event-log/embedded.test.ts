import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { eventLogContract } from './suite.ts'

eventLogContract('the embedded event log', async () => {
  const folder = temporaryFolder()
  const open = () => openEmbeddedLog(folder)
  return { log: open(), restart: async () => open() }
})
