import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { type Deployment, lostPositionsContract } from './suite.ts'

/** The embedded log never deletes positions, and records only after days: both are done in its file here. */
async function deploy(): Promise<Deployment> {
  const home = temporaryFolder()
  const inFile = (...statements: readonly [sql: string, ...values: readonly (string | number)[]][]): void => {
    const db = new DatabaseSync(join(home, 'flywheel.sqlite'))
    for (const [sql, ...values] of statements) db.prepare(sql).run(...values)
    db.close()
  }
  return {
    open: policy =>
      openRuntime(
        readSettings({
          ...{ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
          FLYWHEEL_ON_LOST_POSITION: policy,
        }),
      ),
    async deleteRecords(world, { topic, partition, offset }) {
      await world.close()
      const id = '(SELECT id FROM partitions WHERE topic = ? AND number = ?)'
      inFile(
        [
          `DELETE FROM records WHERE id >= ${id} << 36 AND id < (${id} << 36) + ?`,
          topic,
          partition,
          topic,
          partition,
          offset,
        ],
        ['UPDATE partitions SET start = ? WHERE topic = ? AND number = ?', offset, topic, partition],
      )
    },
    forgetPositions: async group => inFile(['DELETE FROM positions WHERE consumers = ?', group]),
  }
}

lostPositionsContract('lost positions on the embedded log', deploy)
