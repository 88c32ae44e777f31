import { expect, test } from 'vitest'
import { serviceView } from '#services/console/status.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'

const now = 1_000_000
const limitSeconds = services.sampler.maxLagSeconds
const partition = (records: number, oldest: number | null) => ({
  ...{ topic: topic.chatLogs, partition: 0, records, oldest },
})

const unresolved = [
  { topic: topic.chatLogs, records: 3 },
  { topic: topic.feedback, records: 1 },
]

test.each([
  ['nothing behind', [partition(0, null)], { lagRecords: 0, lagSeconds: 0, ok: true }],
  [
    'the oldest record of all partitions counts',
    [partition(3, now - 2_000), partition(4, now - 9_000)],
    { lagRecords: 7, lagSeconds: 9, ok: true },
  ],
  ['at the limit', [partition(1, now - limitSeconds * 1000)], { lagSeconds: limitSeconds, ok: true }],
  ['over the limit', [partition(1, now - limitSeconds * 1000 - 1)], { ok: false }],
  ['a clock that is behind that of the log', [partition(1, now + 50)], { lagSeconds: 0, ok: true }],
])('the lag of a service: %s', (_what, lag, expected) => {
  expect(serviceView('sampler', lag, unresolved, now)).toMatchObject({
    name: 'sampler',
    limitSeconds,
    unresolved: 4,
    unresolvedByTopic: unresolved,
    ...expected,
  })
})
