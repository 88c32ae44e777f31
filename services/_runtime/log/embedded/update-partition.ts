import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from '../../sqlite/transaction.ts'
import type { EmbeddedPartition } from './partition.ts'
import type { RecordStore } from './records.ts'

/** Changes rows and the partition together, or neither. */
export function updatePartition(
  db: DatabaseSync,
  records: RecordStore,
  partition: EmbeddedPartition,
  change: () => void,
): void {
  const before = { ...partition }
  try {
    inTransaction(db, () => {
      change()
      records.savePartition(partition)
    })
  } catch (error) {
    Object.assign(partition, before)
    throw error
  }
}
