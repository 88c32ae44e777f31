import { describe } from 'vitest'
import { consumingContract } from './consuming.suite.ts'
import { lagContract } from './lag.suite.ts'
import { lostPositionsContract } from './lost-positions.suite.ts'
import { newestRecordsContract } from './newest-records.suite.ts'
import { positionsContract } from './positions.suite.ts'
import { readingContract } from './reading.suite.ts'
import type { OpenLog } from './support.ts'
import { topicsContract } from './topics.suite.ts'
import { transactionContract } from './transaction.suite.ts'

/** The contract of every event log. Tests share one broker, so topics and groups have unique names. */
export function eventLogContract(name: string, open: OpenLog): void {
  describe(name, { timeout: 90_000 }, () => {
    topicsContract(open)
    readingContract(open)
    consumingContract(open)
    transactionContract(open)
    lagContract(open)
    positionsContract(open)
    lostPositionsContract(open)
    newestRecordsContract(open)
  })
}
