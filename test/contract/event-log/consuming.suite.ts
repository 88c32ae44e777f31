import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { LogRecord, PartitionConsumer } from '#runtime/log/event-log.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import {
  commitEach,
  consume,
  createTopic,
  joinInBackground,
  keyOf,
  type OpenLog,
  openForTest,
  record,
  texts,
  uniqueName,
} from './support.ts'

export function consumingContract(open: OpenLog): void {
  describe('join', () => {
    test('assigns each partition number once, with that partition of every topic that has it', async () => {
      const { log } = await openForTest(open)
      const [wide, narrow] = [await createTopic(log, 3), await createTopic(log, 2)]
      await log.append([0, 1, 2].map(partition => ({ ...record(wide, 'k', partition), partition })))
      await log.append([0, 1].map(partition => ({ ...record(narrow, 'k', partition), partition })))
      const seen = new Map<number, string[]>()
      const started: number[] = []
      const member = joinInBackground(log, uniqueName('group'), [wide, narrow], task => {
        started.push(task.partition)
        return commitEach(records => {
          const topics = records.map(({ topic }) => (topic === wide ? 'wide' : 'narrow'))
          seen.set(task.partition, [...(seen.get(task.partition) ?? []), ...topics])
          for (const { partition } of records) expect(partition).toBe(task.partition)
        })(task)
      })
      await waitUntil('all five records are consumed', () => [...seen.values()].flat().length === 5)
      await member.stop()
      expect(started.sort()).toEqual([0, 1, 2])
      expect([...seen].map(([partition, topics]) => [partition, topics.sort()]).sort()).toEqual([
        [0, ['narrow', 'wide']],
        [1, ['narrow', 'wide']],
        [2, ['wide']],
      ])
    })

    test('tells how many partition numbers the member has, and when it is no member any more', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 3)
      const told: (number | undefined)[] = []
      const member = joinInBackground(
        log,
        uniqueName('group'),
        [name],
        commitEach(() => {}),
        count => told.push(count),
      )
      await waitUntil('it is told its partition numbers', () => told.length > 0)
      expect(told).toEqual([3])
      await member.stop()
      expect(told.at(-1)).toBeUndefined()
    })

    test('delivers every record once, in the order of its key, to a new group', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 3)
      await log.append(Array.from({ length: 300 }, (_, i) => record(name, `key-${i % 10}`, i)))
      const seen = await consume(log, uniqueName('group'), [name], 300)
      expect(
        texts(seen)
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(Array.from({ length: 300 }, (_, i) => i))
      for (let key = 0; key < 10; key++) {
        const own = texts(seen.filter(one => keyOf(one) === `key-${key}`)).map(Number)
        expect(own).toEqual(own.toSorted((a, b) => a - b))
      }
    })

    test('delivers records that are appended while it waits', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 2)
      const seen: string[] = []
      const member = joinInBackground(
        log,
        uniqueName('group'),
        [name],
        commitEach(records => void seen.push(...texts(records))),
      )
      for (const value of ['first', 'second', 'third']) {
        await log.append([record(name, value, value)])
        await waitUntil(`${value} is consumed`, () => seen.includes(value))
      }
      await member.stop()
      expect(seen).toEqual(['first', 'second', 'third'])
    })

    test('polls at most the given number of records', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      await log.append(Array.from({ length: 25 }, (_, i) => record(name, 'k', i)))
      const sizes: number[] = []
      const total = (): number => sizes.reduce((sum, size) => sum + size, 0)
      const member = joinInBackground(log, uniqueName('group'), [name], async task => {
        while (!task.signal.aborted) {
          const records = await task.poll(7)
          if (records.length > 0) sizes.push(records.length)
        }
      })
      await waitUntil('all are polled', () => total() >= 25)
      await member.stop()
      expect(total()).toBe(25)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(7)
    })

    test('skips no topic when it polls fewer records than there are topics', async () => {
      const { log } = await openForTest(open)
      const topics = [await createTopic(log, 1), await createTopic(log, 1), await createTopic(log, 1)]
      await log.append(topics.flatMap(name => [1, 2, 3].map(i => record(name, 'k', i))))
      const seen: LogRecord[] = []
      const member = joinInBackground(log, uniqueName('group'), topics, async task => {
        while (!task.signal.aborted) seen.push(...(await task.poll(1)))
      })
      await waitUntil('all nine are polled', () => seen.length >= 9)
      await member.stop()
      for (const name of topics) expect(texts(seen.filter(({ topic }) => topic === name))).toEqual(['1', '2', '3'])
    })

    test('continues after the committed records, and delivers again what was only polled', async () => {
      const { log, restart } = await openForTest(open)
      const name = await createTopic(log, 1)
      const group = uniqueName('group')
      await log.append(Array.from({ length: 6 }, (_, i) => record(name, 'k', i)))
      const first: string[] = []
      const member = joinInBackground(log, group, [name], async task => {
        while (!task.signal.aborted) {
          const records = await task.poll(3)
          if (first.length === 0) await task.commit([], positionsAfter(records))
          first.push(...texts(records))
        }
      })
      await waitUntil('all six are polled', () => first.length >= 6)
      await member.stop()
      await log.close()
      expect(texts(await consume(await restart(), group, [name], 3))).toEqual(['3', '4', '5'])
    })

    test('ends when its signal is aborted: polls return nothing, and the work is awaited', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 2)
      const ends: string[] = []
      let waiting = 0
      const member = joinInBackground(log, uniqueName('group'), [name], async (task: PartitionConsumer) => {
        waiting++
        const polled = await task.poll(10)
        await new Promise(resolve => setTimeout(resolve, 20))
        ends.push(`${polled.length} ${task.signal.aborted} ${(await task.poll(10)).length}`)
      })
      await waitUntil('both partitions are assigned', () => waiting === 2)
      await member.stop()
      expect(ends).toEqual(['0 true 0', '0 true 0'])
    })

    test('treats the error of an aborted wait as the end of the work', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      let waiting = false
      const member = joinInBackground(log, uniqueName('group'), [name], async ({ signal }) => {
        waiting = true
        await once(new EventTarget(), 'never', { signal })
      })
      await waitUntil('the work waits', () => waiting)
      await member.stop()
    })

    test('ends with the error of one partition, after the work of the others has ended', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 3)
      await log.append([{ ...record(name, 'k', 1), partition: 1 }])
      const ended: number[] = []
      const member = joinInBackground(log, uniqueName('group'), [name], async task => {
        try {
          const records = await task.poll(10)
          if (records.length > 0) throw new Error('poison')
        } finally {
          ended.push(task.partition)
        }
      })
      await expect(member.done).rejects.toThrow('poison')
      // Other partitions may not have been assigned before the end.
      expect(ended).toContain(1)
    })

    test('delivers all records to each of two groups', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 2)
      await log.append([record(name, 'a', 'a'), record(name, 'b', 'b')])
      const groups = [uniqueName('group'), uniqueName('group')]
      const seen = await Promise.all(groups.map(group => consume(log, group, [name], 2)))
      expect(seen.map(records => texts(records).sort())).toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ])
    })
  })
}
