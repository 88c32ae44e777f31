import { Fault } from '../core/faults.ts'
import type { LogRecord } from '../log/event-log.ts'
import type { StateChange } from './state.ts'

/**
 * The shape of the values in a service's state. Its version is apart from that of the rule: a new rule goes on with the state of the
 * one before. Each changelog record names the version that it was written in.
 */
export type StateShape = {
  /** 1 for the first shape, and one more with each change that the values of before do not fit. */
  readonly version: number
  /**
   * By version: makes a value of the next version out of one of this version; null deletes the key. A version without one is refused
   * with FLY_STATE.
   */
  readonly migrations?: Readonly<Record<number, (entry: StateChange) => unknown>>
}

export const firstShape: StateShape = { version: 1 }

/** The version of the shape that a changelog record was written in. Records from before there were versions name none. */
export const shapeVersionOf = ({ headers }: LogRecord): number => Number(headers['shape'] ?? firstShape.version)

/** The change in the current shape. FLY_STATE when the record was written in a later one, or in one that cannot be migrated. */
export function migrateChange(
  change: StateChange,
  record: LogRecord,
  { version, migrations }: StateShape,
): StateChange {
  const written = shapeVersionOf(record)
  let { value } = change
  for (let from = written; from !== version && value !== null; from++) {
    const migrate = from < version ? migrations?.[from] : undefined
    if (!migrate) throw otherShapeFault(record, written, version)
    value = migrate({ ...change, value })
  }
  return { ...change, value }
}

function otherShapeFault({ topic, partition, offset }: LogRecord, written: number, version: number): Fault {
  const wayOut =
    written > version
      ? 'run the version that wrote it'
      : `run the version that wrote it, give the service a migration from shape ${written}`
  return new Fault(
    'FLY_STATE',
    `${topic}/${partition}@${offset} has state of shape ${written}, and this version of the service reads shape ${version}: ${wayOut}, or delete the topic to start this service afresh`,
    { topic, partition, offset, written, version },
  )
}
