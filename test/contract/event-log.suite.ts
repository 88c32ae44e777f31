import { describe } from 'vitest'
import type { OpenLog } from './event-log.support.ts'
import { consumingContract } from './event-log-consuming.suite.ts'
import { lagContract } from './event-log-lag.suite.ts'
import { positionsContract } from './event-log-positions.suite.ts'
import { readingContract } from './event-log-reading.suite.ts'
import { topicsContract } from './event-log-topics.suite.ts'
import { transactionContract } from './event-log-transaction.suite.ts'

/** What every event log promises. Tests share one broker where there is one: topics and groups have unique names. */
export function eventLogContract(name: string, open: OpenLog): void {
  describe(name, { timeout: 90_000 }, () => {
    topicsContract(open)
    readingContract(open)
    consumingContract(open)
    transactionContract(open)
    lagContract(open)
    positionsContract(open)
  })
}
