import { describe, expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import {
  consume,
  createTopic,
  joinInBackground,
  type OpenLog,
  openForTest,
  readAll,
  record,
  uniqueName,
} from './support.ts'

export function lagContract(open: OpenLog): void {
  describe('lag', () => {
    test('of a new group is every record, with the time of the oldest', async () => {
      const { log } = await openForTest(open)
      const [name, empty] = [await createTopic(log, 2), await createTopic(log, 1)]
      await log.append([0, 1, 2].map(i => ({ ...record(name, 'k', i), partition: 1 })))
      const [oldest] = await readAll(log, [name])
      const lag = await log.lag(uniqueName('group'), [name, empty])
      expect(lag.toSorted((a, b) => `${a.topic}${a.partition}`.localeCompare(`${b.topic}${b.partition}`))).toEqual(
        [
          { topic: name, partition: 0, records: 0, oldest: null },
          { topic: name, partition: 1, records: 3, oldest: oldest?.timestamp },
          { topic: empty, partition: 0, records: 0, oldest: null },
        ].toSorted((a, b) => `${a.topic}${a.partition}`.localeCompare(`${b.topic}${b.partition}`)),
      )
    })

    test('counts from the committed offset, with and without a running member', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      const group = uniqueName('group')
      await log.append([1, 2, 3, 4, 5].map(i => record(name, 'k', i)))
      let committed = false
      const member = joinInBackground(log, group, [name], async task => {
        const [first, second] = await task.poll(2)
        await task.commit([], positionsAfter([second ?? first].flatMap(one => one ?? [])))
        committed = true
      })
      await waitUntil('it has committed', () => committed)
      const all = await readAll(log, [name])
      const [during] = await log.lag(group, [name])
      await member.stop()
      const [afterwards] = await log.lag(group, [name])
      expect(afterwards).toEqual(during)
      expect([3, 4]).toContain(afterwards?.records)
      expect(afterwards?.oldest).toBe(at(all, 5 - Number(afterwards?.records)).timestamp)
    })

    test('is 0 and null when everything is consumed, also behind a transaction marker', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 2), await createTopic(log, 2)]
      const [upstream, downstream] = [uniqueName('group'), uniqueName('group')]
      await log.append(Array.from({ length: 20 }, (_, i) => record(input, `${i}`, i)))
      await consume(log, upstream, [input], 20, records =>
        records.map(one => record(output, one.key?.toString() ?? null, 'made')),
      )
      await consume(log, downstream, [output], 20)
      const lags = [...(await log.lag(upstream, [input])), ...(await log.lag(downstream, [output]))]
      expect(lags.map(({ records, oldest }) => ({ records, oldest }))).toEqual(
        Array(4).fill({ records: 0, oldest: null }),
      )
    })
  })

  describe('bounds', () => {
    test('have room for every record that a reader sees, also behind transaction markers', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 3), await createTopic(log, 3)]
      const offsets = async (name: string): Promise<number> =>
        (await log.bounds([name])).reduce((sum, { begin, end }) => sum + end - begin, 0)
      expect(await offsets(input)).toBe(0)
      await log.append(Array.from({ length: 7 }, (_, i) => record(input, `${i}`, i)))
      await consume(log, uniqueName('group'), [input], 7, records => records.map(() => record(output, null, 'made')))
      expect([await offsets(input), await countRecords(log, input)]).toEqual([7, 7])
      expect(await countRecords(log, output)).toBe(7)
      expect(await offsets(output)).toBeGreaterThanOrEqual(7)
    })
  })
}
