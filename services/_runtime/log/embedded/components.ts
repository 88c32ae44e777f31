import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import { RecordStore } from './records.ts'
import { RetentionTime } from './retention-time.ts'
import { TopicStore } from './topics.ts'
import { RecordWriter } from './writer.ts'

/** The parts of one open log, which share its database. */
export type LogComponents = {
  readonly topics: TopicStore
  readonly records: RecordStore
  readonly writer: RecordWriter
  readonly retentionTime: RetentionTime
}

export function openComponents(db: DatabaseSync, clock: Clock): LogComponents {
  const topics = new TopicStore(db)
  const records = new RecordStore(db)
  const writer = new RecordWriter(db, topics, records, clock)
  return { topics, records, writer, retentionTime: new RetentionTime(db, clock) }
}
