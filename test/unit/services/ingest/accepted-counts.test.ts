import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import { hourMs, hourOf } from '#runtime/core/hours.ts'
import { openAcceptedCounts } from '#services/ingest/accepted-counts.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'

const start = hourOf(1_800_000_000_000)

test('read returns the sums of what all processes added', () => {
  const added = fc.array(
    fc.record({
      by: fc.nat(2),
      topic: fc.constantFrom(topic.chatLogs, topic.feedback),
      hour: fc.nat(2).map(hours => start + hours * hourMs),
      records: fc.integer({ min: 1, max: 2_000 }),
    }),
    { maxLength: 30 },
  )
  const root = temporaryFolder()
  let run = 0
  fc.assert(
    fc.property(added, all => {
      const folder = `${root}/${run++}`
      const counts = [openAcceptedCounts(folder), openAcceptedCounts(folder), openAcceptedCounts(folder)]
      for (const { by, topic: to, hour, records } of all) at(counts, by).add(to, hour, records)
      const hours = openAcceptedCounts(folder).read()
      for (const { topic: to, hour } of all) {
        const expected = all.filter(one => one.topic === to && one.hour === hour)
        expect(hours.get(hour)?.[to]).toBe(expected.reduce((sum, { records }) => sum + records, 0))
      }
      expect(hours.size).toBe(new Set(all.map(({ hour }) => hour)).size)
    }),
    { numRuns: 50 },
  )
})

test('hours of two days ago are removed', () => {
  const folder = temporaryFolder()
  const counts = openAcceptedCounts(folder)
  counts.add(topic.chatLogs, start, 1)
  counts.add(topic.chatLogs, start + 48 * hourMs, 2)
  expect([readdirSync(folder).length, [...counts.read()]]).toEqual([
    1,
    [[start + 48 * hourMs, { [topic.chatLogs]: 2 }]],
  ])
})
