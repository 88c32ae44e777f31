import { Fault } from '../core/faults.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import type { StateChange } from './state.ts'

/** Goes into each changelog record; a changelog of another format is refused rather than misread. */
export const changelogFormat = 'state/v1'

const separator = '\u0000'

/** What a changelog record says of its change. */
export type ChangelogEntry = { readonly key: string | Buffer | null; readonly value: Buffer | null }

/** The changelog records of changes. `writer` is said by one assignment of the partition and by no other ever. */
export function changelogRecords(
  topic: string,
  partition: number,
  changes: readonly StateChange[],
  writer: string,
): NewRecord[] {
  const headers = { format: changelogFormat, writer }
  return changes.map(change => {
    const { key, value } = toChangelogEntry(change)
    return { topic, partition, key, value, headers }
  })
}

export const toChangelogEntry = ({ collection, key, value }: StateChange): ChangelogEntry => ({
  key: collection + separator + key,
  value: value === null ? null : Buffer.from(JSON.stringify(value)),
})

/** The change of an entry with that key, whose value was parsed; undefined where the key is not one of ours. */
export function toStateChange(name: string, value: unknown): StateChange | undefined {
  const end = name.indexOf(separator)
  return end < 0 ? undefined : { collection: name.slice(0, end), key: name.slice(end + 1), value }
}

/** The change that a changelog record stands for. FLY_STATE when another version wrote it. */
export function changeOf(record: LogRecord): StateChange {
  const { key, headers } = record
  const change =
    headers['format'] === changelogFormat ? toStateChange(key?.toString() ?? '', parseValue(record)) : undefined
  if (!change) throw otherVersionFault(record)
  return change
}

export const writerOf = ({ headers }: LogRecord): string => headers['writer'] ?? ''

function parseValue(record: LogRecord): unknown {
  try {
    return record.value === null ? null : JSON.parse(record.value.toString())
  } catch {
    // What the parser says quotes what it read.
    throw otherVersionFault(record)
  }
}

const otherVersionFault = ({ topic, partition, offset }: LogRecord): Fault =>
  new Fault(
    'FLY_STATE',
    `${topic} was written by another version: run that one, or delete the topic to start this service afresh`,
    { topic, partition, offset },
  )
