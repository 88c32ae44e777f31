import { Fault } from '../core/faults.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import type { StateChange } from './state.ts'
import { firstShape, migrateChange, type StateShape } from './state-shape.ts'

/** The format that each changelog record names in its headers. A record of another format is refused with FLY_STATE. */
export const changelogFormat = 'state/v1'

const separator = '\u0000'

/** Key and value of a changelog record. */
export type ChangelogEntry = { readonly key: string | Buffer | null; readonly value: Buffer | null }

/**
 * The changelog records of changes, whose values have the shape of that version. `writer` identifies one assignment of the partition:
 * it is never used again.
 */
export function changelogRecords(
  topic: string,
  partition: number,
  changes: readonly StateChange[],
  writer: string,
  { version }: StateShape = firstShape,
): NewRecord[] {
  const headers = { format: changelogFormat, writer, shape: String(version) }
  return changes.map(change => {
    const { key, value } = toChangelogEntry(change)
    return { topic, partition, key, value, headers }
  })
}

/** The record that an owner of the partition has committed first: who wrote it, and the offset after it. */
export type Barrier = { readonly writer: string; readonly end: number }

/** Compaction keeps the newest barrier only. No change has this key, since it has no separator. */
const barrierKey = 'barrier'

/**
 * The record that a new owner of a partition commits before it restores the state. Everything that earlier owners have committed
 * comes before it in the changelog, so a reader that has seen it has read all of that. It is no change of state.
 */
export function barrierRecord(topic: string, partition: number, writer: string): NewRecord {
  const headers = { format: changelogFormat, writer }
  return { topic, partition, key: barrierKey, value: Buffer.from('{}'), headers }
}

export const isBarrier = ({ key }: Pick<LogRecord, 'key'>): boolean => key?.toString() === barrierKey

export const toChangelogEntry = ({ collection, key, value }: StateChange): ChangelogEntry => ({
  key: collection + separator + key,
  value: value === null ? null : Buffer.from(JSON.stringify(value)),
})

/** The change of a changelog entry, given its key and its parsed value. Undefined when the key has no separator. */
export function toStateChange(entryKey: string, value: unknown): StateChange | undefined {
  const end = entryKey.indexOf(separator)
  return end < 0 ? undefined : { collection: entryKey.slice(0, end), key: entryKey.slice(end + 1), value }
}

/** The change of a changelog record, in the given shape. FLY_STATE when another version wrote the record. */
export function changeOf(record: LogRecord, shape: StateShape = firstShape): StateChange {
  const { key, headers } = record
  const change =
    headers['format'] === changelogFormat ? toStateChange(key?.toString() ?? '', parseValue(record)) : undefined
  if (!change) throw otherVersionFault(record)
  return migrateChange(change, record, shape)
}

export const writerOf = ({ headers }: LogRecord): string => headers['writer'] ?? ''

function parseValue(record: LogRecord): unknown {
  try {
    return record.value === null ? null : JSON.parse(record.value.toString())
  } catch {
    // Without the error of the parser as the cause: it quotes the value.
    throw otherVersionFault(record)
  }
}

const otherVersionFault = ({ topic, partition, offset }: LogRecord): Fault =>
  new Fault(
    'FLY_STATE',
    `${topic} was written by another version: run that one, or delete the topic to start this service afresh`,
    { topic, partition, offset },
  )
