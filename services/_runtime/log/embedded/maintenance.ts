import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'
import type { Parts } from './partition-consumer.ts'
import { idOf, offsetOf, type Records } from './records.ts'
import type { Partition } from './topics.ts'

const day = 86_400_000
/** Rows looked at or deleted in one go, so that upkeep never holds up the process. */
const chunk = 2_000
/** Compaction reads a whole partition: it waits until there is this much news, and half as much as is there. */
const leastNews = 1_000

/** Deletes what is older than its topic keeps, and of compacted topics what a newer record of the same key replaced. */
export async function maintain(db: DatabaseSync, parts: Parts, clock: Clock, signal: AbortSignal): Promise<void> {
  for (const { keep, partitions } of parts.topics.all())
    for (const partition of partitions) {
      if (typeof keep === 'number') await expire(db, parts.records, partition, clock.now() - keep * day, signal)
      if (keep === 'compact') await compact(db, parts.records, partition, clock.now() - day, signal)
    }
}

/** Deletes from the oldest record up to the first that is not older than `before`. */
async function expire(
  db: DatabaseSync,
  records: Records,
  partition: Partition,
  before: number,
  signal: AbortSignal,
): Promise<void> {
  const firstKept = db.prepare('SELECT id FROM records WHERE id >= ? AND id < ? AND timestamp >= ? ORDER BY id LIMIT 1')
  const remove = db.prepare('DELETE FROM records WHERE id >= ? AND id < ?')
  while (partition.start < partition.next && !signal.aborted) {
    const from = idOf(partition, partition.start)
    const end = idOf(partition, Math.min(partition.start + chunk, partition.next))
    const kept = Number(firstKept.get(from, end, before)?.id ?? end)
    if (kept === from) return
    change(db, records, partition, () => {
      partition.live -= Number(remove.run(from, kept).changes)
      partition.start = offsetOf(partition, kept)
    })
    await turn()
  }
}

/** Keeps the newest record of each key; a tombstone goes too once readers had a day to see it (`tombstonesBefore`). */
async function compact(
  db: DatabaseSync,
  records: Records,
  partition: Partition,
  tombstonesBefore: number,
  signal: AbortSignal,
): Promise<void> {
  const end = partition.next
  if (end - partition.cleaned < Math.max(leastNews, partition.live / 2)) return
  const newestFirst = db.prepare(
    'SELECT id, timestamp, key, value IS NULL AS gone FROM records WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?',
  )
  const seen = new Set<string>()
  const obsolete: number[] = []
  for (let below = idOf(partition, end); !signal.aborted; ) {
    const rows = newestFirst.all(idOf(partition, 0), below, chunk)
    for (const { id, timestamp, key, gone } of rows) {
      below = Number(id)
      if (!(key instanceof Uint8Array)) continue
      const name = Buffer.from(key).toString('latin1')
      if (seen.has(name) || (gone === 1 && Number(timestamp) < tombstonesBefore)) obsolete.push(below)
      seen.add(name)
    }
    if (rows.length < chunk) break
    await turn()
  }
  const remove = db.prepare('DELETE FROM records WHERE id = ?')
  // Oldest first: a crash half-way must not delete a tombstone and leave the value that it deleted.
  obsolete.reverse()
  for (let at = 0; at < obsolete.length && !signal.aborted; at += chunk) {
    change(db, records, partition, () => {
      for (const id of obsolete.slice(at, at + chunk)) partition.live -= Number(remove.run(id).changes)
    })
    await turn()
  }
  if (!signal.aborted) change(db, records, partition, () => (partition.cleaned = end))
}

/** Changes rows and the partition's figures together or not at all. */
function change(db: DatabaseSync, records: Records, partition: Partition, apply: () => void): void {
  const before = { ...partition }
  try {
    db.exec('BEGIN')
    apply()
    records.advance(partition)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    Object.assign(partition, before)
    throw error
  }
}
