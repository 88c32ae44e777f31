import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'
import type { LogComponents } from './partition-consumer.ts'
import { idOf, offsetOf, type RecordStore } from './records.ts'
import type { EmbeddedPartition } from './topics.ts'

const dayMs = 86_400_000
/** Rows looked at or deleted in one go, so that upkeep never holds up the process. */
const chunkRows = 2_000
/** Compaction reads a whole partition: it waits until there is this much news, and half as much as is there. */
const minNewRecords = 1_000

/** Deletes what is older than its topic keeps, and of compacted topics what a newer record of the same key replaced. */
export async function maintain(
  db: DatabaseSync,
  parts: LogComponents,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (const { keep, partitions } of parts.topics.all())
    for (const partition of partitions) {
      if (typeof keep === 'number') await expire(db, parts.records, partition, clock.now() - keep * dayMs, signal)
      if (keep === 'compact') await compact(db, parts.records, partition, clock.now() - dayMs, signal)
    }
}

/** Deletes from the oldest record up to the first that is not older than `before`. */
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
    const end = idOf(partition, Math.min(partition.start + chunkRows, partition.next))
    const kept = Number(firstKept.get(from, end, before)?.id ?? end)
    if (kept === from) return
    updatePartition(db, records, partition, () => {
      partition.live -= Number(remove.run(from, kept).changes)
      partition.start = offsetOf(partition, kept)
    })
    await turn()
  }
}

/** Keeps the newest record of each key; a tombstone goes too once readers had a day to see it (`tombstonesBefore`). */
async function compact(
  db: DatabaseSync,
  records: RecordStore,
  partition: EmbeddedPartition,
  tombstonesBefore: number,
  signal: AbortSignal,
): Promise<void> {
  const end = partition.next
  if (end - partition.cleaned < Math.max(minNewRecords, partition.live / 2)) return
  const newestFirst = db.prepare(
    'SELECT id, timestamp, key, value IS NULL AS gone FROM records WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?',
  )
  const seen = new Set<string>()
  const obsolete: number[] = []
  for (let below = idOf(partition, end); !signal.aborted; ) {
    const rows = newestFirst.all(idOf(partition, 0), below, chunkRows)
    for (const { id, timestamp, key, gone } of rows) {
      below = Number(id)
      if (!(key instanceof Uint8Array)) continue
      const name = Buffer.from(key).toString('latin1')
      if (seen.has(name) || (gone === 1 && Number(timestamp) < tombstonesBefore)) obsolete.push(below)
      seen.add(name)
    }
    if (rows.length < chunkRows) break
    await turn()
  }
  const remove = db.prepare('DELETE FROM records WHERE id = ?')
  // Oldest first: a crash half-way must not delete a tombstone and leave the value that it deleted.
  obsolete.reverse()
  for (let at = 0; at < obsolete.length && !signal.aborted; at += chunkRows) {
    updatePartition(db, records, partition, () => {
      for (const id of obsolete.slice(at, at + chunkRows)) partition.live -= Number(remove.run(id).changes)
    })
    await turn()
  }
  if (!signal.aborted) updatePartition(db, records, partition, () => (partition.cleaned = end))
}

/** Changes rows and the partition's figures together or not at all. */
function updatePartition(
  db: DatabaseSync,
  records: RecordStore,
  partition: EmbeddedPartition,
  apply: () => void,
): void {
  const before = { ...partition }
  try {
    db.exec('BEGIN')
    apply()
    records.savePartition(partition)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    Object.assign(partition, before)
    throw error
  }
}
