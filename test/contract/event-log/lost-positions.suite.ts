import { describe, expect, test } from 'vitest'
import type { EventLog, Position } from '#runtime/log/event-log.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import {
  commitEach,
  consume,
  createTopic,
  joinInBackground,
  type OpenLog,
  openForTest,
  record,
  sorted,
  texts,
  uniqueName,
} from './support.ts'

export function lostPositionsContract(open: OpenLog): void {
  describe('a group whose position is after the end of the log', () => {
    test('stops with the names of all that is needed, before it skips a record', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      const group = uniqueName('group')
      await log.resetPositions(group, [{ topic: name, partition: 0, offset: 1_000 }])
      await log.append([1, 2, 3, 4].map(n => record(name, 'k', n)))
      const seen: string[] = []
      const member = joinInBackground(
        log,
        group,
        [name],
        commitEach(records => void seen.push(...texts(records))),
      )
      await expect(member.done).rejects.toMatchObject({
        code: 'FLY_TOPIC',
        message: expect.stringMatching(
          `${group} .*${name}/0.* 1000, .* 4:.*flywheel positions reset SERVICE --to beginning --topic TOPIC --partition 0`,
        ),
        // The log of a namespace names both in full.
        details: {
          ...{ group: expect.stringContaining(group), topic: expect.stringContaining(name) },
          ...{ partition: 0, committed: 1_000, end: 4 },
        },
      })
      expect(seen).toEqual([])
      expect(await log.committed(group, [name])).toEqual([{ topic: name, partition: 0, offset: 1_000 }])
    })

    test('has all records of the partition as its lag, and the problem by name', async () => {
      const { log } = await openForTest(open)
      const [name, empty] = [await createTopic(log, 1), await createTopic(log, 1)]
      const group = uniqueName('group')
      await log.append([1, 2, 3].map(n => record(name, 'k', n)))
      const beyond = (topic: string) => ({ topic, partition: 0, offset: 10 })
      await log.resetPositions(group, [beyond(name), beyond(empty)])
      expect(sorted(await log.lag(group, [name, empty]))).toEqual(
        sorted([
          { topic: name, partition: 0, records: 3, oldest: expect.any(Number), problem: 'beyond-end' },
          { topic: empty, partition: 0, records: 0, oldest: null, problem: 'beyond-end' },
        ]),
      )
    })

    test('goes on where its positions were reset to', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      const group = uniqueName('group')
      await log.append([1, 2, 3].map(n => record(name, 'k', n)))
      for (const offset of [1_000, 1]) await log.resetPositions(group, [{ topic: name, partition: 0, offset }])
      expect((await log.lag(group, [name]))[0]).toMatchObject({ records: 2 })
      expect(texts(await consume(log, group, [name], 2))).toEqual(['2', '3'])
    })
  })

  describe('resetPositions', () => {
    test('is refused while the group has members', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      const group = uniqueName('group')
      await log.append([record(name, 'k', 1)])
      let consumed = false
      const member = joinInBackground(
        log,
        group,
        [name],
        commitEach(() => {
          consumed = true
        }),
      )
      await waitUntil('it has consumed', () => consumed)
      const reset = () => log.resetPositions(group, [{ topic: name, partition: 0, offset: 0 }])
      await expect(reset()).rejects.toMatchObject({ code: 'FLY_USAGE', message: expect.stringContaining(group) })
      await member.stop()
      await reset()
      expect(await log.committed(group, [name])).toEqual([{ topic: name, partition: 0, offset: 0 }])
    })
  })

  describe('bounds', () => {
    test('are the first offset and the one after the last record of every partition', async () => {
      const { log } = await openForTest(open)
      const [name, empty] = [await createTopic(log, 2), await createTopic(log, 1)]
      await log.append([1, 2, 3].map(n => ({ ...record(name, 'k', n), partition: 1 })))
      expect(sorted(await log.bounds([name, empty]))).toEqual(
        sorted([
          { topic: name, partition: 0, begin: 0, end: 0 },
          { topic: name, partition: 1, begin: 0, end: 3 },
          { topic: empty, partition: 0, begin: 0, end: 0 },
        ]),
      )
    })
  })

  describe('a consumer', () => {
    test('says in which topics its group has committed no position', async () => {
      const { log } = await openForTest(open)
      const [name, other] = [await createTopic(log, 1), await createTopic(log, 1)]
      const group = uniqueName('group')
      expect(await uncommitted(log, group, [name, other])).toEqual(
        sorted([name, other].map(topic => ({ topic, partition: 0, offset: 0 }))),
      )
      await log.append([record(name, 'k', 1)])
      await consume(log, group, [name, other], 1)
      expect(await uncommitted(log, group, [name, other])).toEqual([{ topic: other, partition: 0, offset: 0 }])
    })
  })
}

async function uncommitted(log: EventLog, group: string, topics: readonly string[]): Promise<readonly Position[]> {
  let found: readonly Position[] | undefined
  const member = joinInBackground(log, group, topics, async task => {
    found = task.uncommitted
  })
  await waitUntil('it has joined', () => found !== undefined)
  await member.stop()
  return sorted(found ?? [])
}
