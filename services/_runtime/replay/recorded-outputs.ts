import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord } from '../log/event-log.ts'
import type { OutputEvent } from './compare.ts'

/** The events that a service emitted, by id. */
export type RecordedOutputs = {
  /** The events with these ids, in this order. FLY_REPLAY when one is no longer kept. */
  readonly withIds: (ids: readonly string[]) => readonly OutputEvent[]
  readonly close: () => void
}

/** The outputs of a decision may be this much older than the decision, in ms: both are of one transaction, which is always shorter. */
const maxTransactionMs = 3_600_000

/**
 * Reads the output topics of a service once, from a little before `since` (ms since 1970), into a file in the run's folder. The outputs
 * of one input partition can be in all output partitions, since their keys differ, and there may be too many for memory.
 */
export async function loadRecordedOutputs(
  { log, codec }: { readonly log: EventLog; readonly codec: Codec },
  service: ServiceName,
  since: number,
  folder: string,
  signal: AbortSignal,
): Promise<RecordedOutputs> {
  const path = join(folder, 'outputs-then.sqlite')
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
  db.exec('CREATE TABLE outputs (id TEXT PRIMARY KEY, topic TEXT NOT NULL, event TEXT NOT NULL) STRICT, WITHOUT ROWID')
  const insert = db.prepare('INSERT OR REPLACE INTO outputs VALUES (?, ?, ?)')
  const select = db.prepare('SELECT topic, event FROM outputs WHERE id = ?')
  const close = (): void => {
    db.close()
    rmSync(path, { force: true })
  }
  const insertRecords = async (records: readonly LogRecord[]): Promise<void> => {
    const events = await Promise.all(
      records.map(async ({ topic, value }) => [topic, value && (await codec.decodeAny(value))] as const),
    )
    db.exec('BEGIN')
    for (const [topic, event] of events)
      if (event && 'id' in event) insert.run(String(event.id), topic, JSON.stringify(event))
    db.exec('COMMIT')
  }
  try {
    const topics = services[service].writes
    const from = await log.positionsAt(topics, Math.max(0, since - maxTransactionMs))
    await log.read(topics, { from, follow: false }, insertRecords, signal)
    signal.throwIfAborted()
  } catch (error) {
    close()
    throw error
  }
  return {
    withIds: ids =>
      ids.map(id => {
        const row = select.get(id)
        if (row) return { topic: String(row.topic), event: JSON.parse(String(row.event)) }
        throw new Fault(
          'FLY_REPLAY',
          `the event ${id}, which the recorded decision emitted, is no longer kept: give a later --since`,
        )
      }),
    close,
  }
}
