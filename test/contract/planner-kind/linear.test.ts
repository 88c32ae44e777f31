import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openLanceIndex } from '#planners/examples/lancedb.ts'
import { linear } from '#planners/linear/kind.ts'
import { createPlanners } from '#planners/open.ts'
import { createWorkerPool } from '#runtime/core/worker-pool.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { gold, tools } from '#test/support/data/tuning.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { plannerKindContract } from './suite.ts'

/** With real objects, a real index and real worker threads. */
function open() {
  const home = temporaryFolder()
  const objects = openFolderStore(join(home, 'objects'))
  const vectors = openLanceIndex(join(home, 'vectors'))
  const workerPool = createWorkerPool(1)
  onTestFinished(async () => {
    await workerPool.close()
    await vectors.close()
  })
  return { objects, planners: createPlanners({ objects, vectors, workerPool }) }
}

plannerKindContract(linear, open, { agent: 'desk', tools }, gold)
