import { Fault } from '../core/faults.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import type { Change } from './state.ts'

/** Goes into each changelog record; a changelog of another format is refused rather than misread. */
export const format = 'state/v1'

const separator = '\u0000'

/** What a changelog record says of its change. */
export type Entry = { readonly key: string | Buffer | null; readonly value: Buffer | null }

/** The changelog records of changes. `writer` is said by one assignment of the partition and by no other ever. */
export function changelog(topic: string, partition: number, changes: readonly Change[], writer: string): NewRecord[] {
  const headers = { format, writer }
  return changes.map(change => {
    const { key, value } = entryOf(change)
    return { topic, partition, key, value, headers }
  })
}

export const entryOf = ({ collection, key, value }: Change): Entry => ({
  key: collection + separator + key,
  value: value === null ? null : Buffer.from(JSON.stringify(value)),
})

/** The change of an entry with that key, whose value was parsed; undefined where the key is not one of ours. */
export function changeNamed(name: string, value: unknown): Change | undefined {
  const end = name.indexOf(separator)
  return end < 0 ? undefined : { collection: name.slice(0, end), key: name.slice(end + 1), value }
}

/** The change that a changelog record stands for. FLY_STATE when another version wrote it. */
export function changeOf(record: LogRecord): Change {
  const { key, headers } = record
  const change = headers['format'] === format ? changeNamed(key?.toString() ?? '', parsed(record)) : undefined
  if (!change) throw ofAnotherVersion(record)
  return change
}

export const writerOf = ({ headers }: LogRecord): string => headers['writer'] ?? ''

function parsed(record: LogRecord): unknown {
  try {
    return record.value === null ? null : JSON.parse(record.value.toString())
  } catch {
    // What the parser says quotes what it read.
    throw ofAnotherVersion(record)
  }
}

const ofAnotherVersion = ({ topic, partition, offset }: LogRecord): Fault =>
  new Fault(
    'FLY_STATE',
    `${topic} was written by another version: run that one, or delete the topic to start this service afresh`,
    { topic, partition, offset },
  )
