import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { tombstoneRetentionMs } from '../event-log.ts'
import { compact } from './compaction.ts'
import type { LogComponents } from './components.ts'
import type { EmbeddedPartition } from './partition.ts'
import { idOf, offsetOf, type RecordStore } from './records.ts'
import { updatePartition } from './update-partition.ts'

const dayMs = 86_400_000
/** Offsets that are deleted in one turn of the event loop. */
const chunkOffsets = 2_000

/** Deletes records that are older than their topic's retention, and those of compacted topics that a newer record of the key replaced. */
export async function maintain(
  db: DatabaseSync,
  { topics, records, retentionTime }: LogComponents,
  signal: AbortSignal,
): Promise<void> {
  const now = retentionTime.advance()
  for (const { keep, partitions } of topics.all())
    for (const partition of partitions) {
      if (typeof keep === 'number') await expire(db, records, partition, now - keep * dayMs, signal)
      if (keep === 'compact') await compact(db, records, partition, now - tombstoneRetentionMs, signal)
    }
}

/** Deletes the oldest records, up to the first that is not older than `before`. */
async function expire(
  db: DatabaseSync,
  records: RecordStore,
  partition: EmbeddedPartition,
  before: number,
  signal: AbortSignal,
): Promise<void> {
  const firstKept = db.prepare('SELECT id FROM records WHERE id >= ? AND id < ? AND timestamp >= ? ORDER BY id LIMIT 1')
  const remove = db.prepare('DELETE FROM records WHERE id >= ? AND id < ?')
  while (partition.start < partition.next && !signal.aborted) {
    const from = idOf(partition, partition.start)
    const end = idOf(partition, Math.min(partition.start + chunkOffsets, partition.next))
    const kept = Number(firstKept.get(from, end, before)?.id ?? end)
    if (kept === from) return
    updatePartition(db, records, partition, () => {
      partition.live -= Number(remove.run(from, kept).changes)
      partition.start = offsetOf(partition, kept)
    })
    await nextTurn()
  }
}
