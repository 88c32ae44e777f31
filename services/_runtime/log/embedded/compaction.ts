import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EmbeddedPartition } from './partition.ts'
import { idOf, offsetOf, type RecordStore } from './records.ts'
import { updatePartition } from './update-partition.ts'

/** Rows read or deleted in one turn of the event loop. */
const chunkRows = 2_000
/** Compaction reads a whole partition: it waits for this many new records, and for half as many as the partition has. */
const minNewRecords = 1_000
/** The keys of so many new records are in memory at a time, about 10 MB. More new records take more passes over the partition. */
const passRecords = 100_000

/**
 * Deletes the records of a compacted partition that a newer record of their key replaced, and tombstones older than
 * `tombstonesBefore`. As in Kafka's log cleaner, only the keys of new records are held in memory: before `cleaned` each key has
 * one record already.
 */
export async function compact(
  db: DatabaseSync,
  records: RecordStore,
  partition: EmbeddedPartition,
  tombstonesBefore: number,
  signal: AbortSignal,
): Promise<void> {
  const end = partition.next
  if (end - partition.cleaned < Math.max(minNewRecords, partition.live / 2)) return
  const remove = db.prepare('DELETE FROM records WHERE id = ?')
  while (partition.cleaned < end) {
    const passEnd = Math.min(partition.cleaned + passRecords, end)
    const newest = await newestOffsets(db, partition, passEnd, signal)
    // Oldest first: after a crash no value may be left whose tombstone is gone.
    for await (const obsolete of obsoleteIds(db, partition, passEnd, newest, tombstonesBefore, signal))
      updatePartition(db, records, partition, () => {
        for (const id of obsolete) partition.live -= Number(remove.run(id).changes)
      })
    if (signal.aborted) return
    updatePartition(db, records, partition, () => (partition.cleaned = passEnd))
  }
}

/** The offset of the newest record of each key in the new records before an offset. */
async function newestOffsets(
  db: DatabaseSync,
  partition: EmbeddedPartition,
  end: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>()
  const select = db.prepare('SELECT id, key FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?')
  for await (const rows of chunksOf(select, partition, partition.cleaned, end, signal))
    for (const { id, key } of rows)
      if (key instanceof Uint8Array) newest.set(nameOf(key), offsetOf(partition, Number(id)))
  return newest
}

/** The ids to delete before an offset, oldest first, up to two chunks at a time. */
async function* obsoleteIds(
  db: DatabaseSync,
  partition: EmbeddedPartition,
  end: number,
  newest: ReadonlyMap<string, number>,
  tombstonesBefore: number,
  signal: AbortSignal,
): AsyncGenerator<readonly number[]> {
  const select = db.prepare(
    'SELECT id, timestamp, key, value IS NULL AS gone FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
  )
  let obsolete: number[] = []
  for await (const rows of chunksOf(select, partition, 0, end, signal)) {
    for (const { id, timestamp, key, gone } of rows) {
      if (!(key instanceof Uint8Array)) continue
      const offset = offsetOf(partition, Number(id))
      const isReplaced = offset < (newest.get(nameOf(key)) ?? offset)
      if (isReplaced || (gone === 1 && Number(timestamp) < tombstonesBefore)) obsolete.push(Number(id))
    }
    if (obsolete.length < chunkRows) continue
    yield obsolete
    obsolete = []
  }
  if (obsolete.length > 0) yield obsolete
}

/** The rows between two offsets, a chunk in each turn of the event loop, until the signal. */
async function* chunksOf(
  select: StatementSync,
  partition: EmbeddedPartition,
  from: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<ReturnType<StatementSync['all']>> {
  for (let next = from; next < end && !signal.aborted; ) {
    const rows = select.all(idOf(partition, next), idOf(partition, end), chunkRows)
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < chunkRows) return
    next = offsetOf(partition, Number(last.id)) + 1
    await nextTurn()
  }
}

const nameOf = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
