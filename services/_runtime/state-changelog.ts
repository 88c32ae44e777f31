import { Fault } from './faults.ts'
import type { LogRecord, NewRecord } from './log.ts'
import type { Change } from './state.ts'

/** Goes into each changelog record; a changelog of another format is refused rather than misread. */
export const format = 'state/v1'

const separator = '\u0000'

/** The changelog records of changes. `writer` is said by one assignment of the partition and by no other ever. */
export function changelog(topic: string, partition: number, changes: readonly Change[], writer: string): NewRecord[] {
  return changes.map(({ collection, key, value }) => ({
    topic,
    partition,
    key: collection + separator + key,
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
    headers: { format, writer },
  }))
}

/** The change that a changelog record stands for. FLY_STATE when another version wrote it. */
export function changeOf(record: LogRecord): Change {
  const { key, value, headers } = record
  const name = key?.toString() ?? ''
  const end = name.indexOf(separator)
  if (headers['format'] !== format || end < 0) throw ofAnotherVersion(record)
  try {
    const kept = value === null ? null : JSON.parse(value.toString())
    return { collection: name.slice(0, end), key: name.slice(end + 1), value: kept }
  } catch {
    // What the parser says quotes what it read.
    throw ofAnotherVersion(record)
  }
}

export const writerOf = ({ headers }: LogRecord): string => headers['writer'] ?? ''

const ofAnotherVersion = ({ topic, partition, offset }: LogRecord): Fault =>
  new Fault(
    'FLY_STATE',
    `${topic} was written by another version: run that one, or delete the topic to start this service afresh`,
    { topic, partition, offset },
  )
