import { expect, test } from 'vitest'
import type { PartitionLag } from '#runtime/log/event-log.ts'
import { createOverdueCounter, overdueRecords } from '#services/console/overdue.ts'
import { topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'

const now = 1_800_000_000_000
const before = now - 1000 * topics[topic.scoredSamples].freshness.withinSeconds
const waiting = (records: number, oldest: number | null): PartitionLag => ({
  ...{ topic: topic.selectedSamples, partition: 0, records, oldest },
})

test.each<[string, PartitionLag, number | undefined, number | undefined, number]>([
  ['all are consumed', waiting(0, null), 10, 10, 0],
  ['all are in time, the limit included', waiting(5, before), 10, 10, 0],
  ['those before the deadline', waiting(5, before - 1), 10, 13, 3],
  ['at least the oldest, where the deadline was asked earlier than the lag', waiting(5, before - 1), 10, 10, 1],
  ['no more than wait', waiting(2, before - 1), 10, 13, 2],
  ['all that wait, of a service that has never committed', waiting(5, before - 1), undefined, 3, 5],
  ['all that wait, where the position is lost', { ...waiting(5, before - 1), problem: 'beyond-end' }, 90, 3, 5],
])('overdue: %s', (_what, lag, committed, deadline, expected) => {
  expect(overdueRecords(lag, before, committed, deadline)).toBe(expected)
})

test('turns before the sampler and samples before the judge count, other inputs of them do not', async () => {
  const asked: unknown[] = []
  const at = (name: string, offset: number) => ({ topic: name, partition: 0, offset })
  const count = createOverdueCounter(
    {
      committedPositions: async service =>
        service === 'judge' ? [at(topic.selectedSamples, 4), at(topic.goldAnswers, 0)] : [at(topic.chatLogs, 1)],
      positionsAt: async (names, time) => {
        asked.push([names, time])
        return names.map(name => at(name, 6))
      },
    },
    { now: () => now },
    async service =>
      (service === 'judge' ? [topic.selectedSamples, topic.goldAnswers] : [topic.chatLogs, topic.feedback]).map(
        name => ({ ...waiting(100, before - 1), topic: name }),
      ),
  )
  expect(await count()).toBe(6 - 4 + 6 - 1)
  expect(asked).toEqual([
    [[topic.chatLogs], before],
    [[topic.selectedSamples], before],
  ])
})
