import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DecisionRecorded } from '#schemas/events.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { errorMessage, Fault, faultAction } from '../core/faults.ts'
import type { EventLog, LogRecord, Position } from '../log/event-log.ts'
import { partitionKey } from '../log/positions.ts'
import type { OutputEvent } from './compare.ts'

/** Records of output topics that cannot be decoded, written by others or damaged: their number, and the first of them. */
export type UnreadableRecords = {
  readonly records: number
  readonly first: readonly (Position & { readonly why: string })[]
}

const maxNamed = 10

/** The events that a service emitted, by id. A record that cannot be decoded is none of them. */
export type RecordedOutputs = {
  /** The events that a decision emitted, in their order. FLY_REPLAY when one is no longer kept. */
  readonly of: (decision: DecisionRecorded) => readonly OutputEvent[]
  readonly unreadable: UnreadableRecords
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
  const unreadable = { records: 0, first: [] as UnreadableRecords['first'][number][] }
  const decode = async ({ topic, partition, offset, value }: LogRecord): Promise<object | undefined> => {
    try {
      return value === null ? undefined : await codec.decodeAny(value)
    } catch (error) {
      if (faultAction(error) !== 'dead-letter') throw error
      unreadable.records++
      if (unreadable.first.length < maxNamed)
        unreadable.first.push({ topic, partition, offset, why: errorMessage(error) })
      return undefined
    }
  }
  const insertRecords = async (records: readonly LogRecord[]): Promise<void> => {
    const events = await Promise.all(records.map(async record => [record.topic, await decode(record)] as const))
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
    of: decision =>
      decision.outputs.map(id => {
        const row = select.get(id)
        if (row) return { topic: String(row.topic), event: JSON.parse(String(row.event)) }
        throw missingEventFault(id, decision, unreadable.first[0])
      }),
    unreadable,
    close,
  }
}

function missingEventFault(
  id: string,
  { topic, partition, offset }: DecisionRecorded,
  unreadable: UnreadableRecords['first'][number] | undefined,
): Fault {
  const damaged = unreadable
    ? `; it may be ${partitionKey(unreadable)}@${unreadable.offset}, which cannot be read: ${unreadable.why}`
    : ''
  const message = `the event ${id}, which the decision on ${topic}/${partition}@${offset} emitted, is no longer kept: give a later --since${damaged}`
  return new Fault('FLY_REPLAY', message, { topic, partition, offset })
}
