import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inTransaction } from '../../sqlite/transaction.ts'
import { tombstoneRetentionMs } from '../event-log.ts'
import type { LogComponents } from './components.ts'
import type { EmbeddedPartition } from './partition.ts'
import { idOf, offsetOf, type RecordStore } from './records.ts'

const dayMs = 86_400_000
/** Rows read or deleted in one turn of the event loop. */
const chunkRows = 2_000
/** Compaction reads a whole partition: it waits for this many new records, and for half as many as the partition has. */
const minNewRecords = 1_000

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
    const end = idOf(partition, Math.min(partition.start + chunkRows, partition.next))
    const kept = Number(firstKept.get(from, end, before)?.id ?? end)
    if (kept === from) return
    updatePartition(db, records, partition, () => {
      partition.live -= Number(remove.run(from, kept).changes)
      partition.start = offsetOf(partition, kept)
    })
    await nextTurn()
  }
}

/** Keeps the newest record of each key. A tombstone older than `tombstonesBefore` is deleted too. */
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
    await nextTurn()
  }
  const remove = db.prepare('DELETE FROM records WHERE id = ?')
  // Oldest first: after a crash between two chunks no value may be left whose tombstone is gone.
  obsolete.reverse()
  for (let at = 0; at < obsolete.length && !signal.aborted; at += chunkRows) {
    updatePartition(db, records, partition, () => {
      for (const id of obsolete.slice(at, at + chunkRows)) partition.live -= Number(remove.run(id).changes)
    })
    await nextTurn()
  }
  if (!signal.aborted) updatePartition(db, records, partition, () => (partition.cleaned = end))
}

/** Changes rows and the partition together, or neither. */
function updatePartition(
  db: DatabaseSync,
  records: RecordStore,
  partition: EmbeddedPartition,
  change: () => void,
): void {
  const before = { ...partition }
  try {
    inTransaction(db, () => {
      change()
      records.savePartition(partition)
    })
  } catch (error) {
    Object.assign(partition, before)
    throw error
  }
}
