import { describe, expect, test } from 'vitest'
import type { EventLog } from '#runtime/log/event-log.ts'
import { createTopic, keyOf, type OpenLog, openForTest, readAll, record, texts, uniqueName } from './support.ts'

/** Kafka's reference values (UtilsTest.testMurmur2), modulo 6 after clearing the sign bit. */
const pinned = {
  '21': 0,
  foobar: 0,
  'a-little-bit-long-string': 2,
  'a-little-bit-longer-string': 5,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: 5,
  abc: 3,
}

export function topicsContract(open: OpenLog): void {
  describe('topics', () => {
    test('are listed with their partitions, and creating one again has no effect', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 4)
      await log.append([record(name, 'a', 1)])
      await log.createTopics([{ name, partitions: 4, keep: 'forever' }])
      expect(await log.topics()).toContainEqual(expect.objectContaining({ name, partitions: 4 }))
      expect(texts(await readAll(log, [name]))).toEqual(['1'])
    })

    test('are refused when they exist with another number of partitions', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 4)
      await expect(log.createTopics([{ name, partitions: 5, keep: 'forever' }])).rejects.toMatchObject({
        code: 'FLY_TOPIC',
      })
      await expect(log.growTopic({ name, partitions: 3 })).rejects.toMatchObject({ code: 'FLY_TOPIC' })
      expect(await log.topics()).toContainEqual(expect.objectContaining({ name, partitions: 4 }))
    })

    test('grow and keep their records', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      await log.append([record(name, 'before', 1)])
      await log.growTopic({ name, partitions: 3 })
      await log.growTopic({ name, partitions: 3 })
      expect(await log.topics()).toContainEqual(expect.objectContaining({ name, partitions: 3 }))
      await log.append([{ ...record(name, 'after', 2), partition: 2 }])
      expect((await readAll(log, [name])).map(({ partition }) => partition).sort()).toEqual([0, 2])
    })

    test.each<[string, (log: EventLog, name: string) => Promise<unknown>]>([
      ['append', (log, name) => log.append([record(name, 'a', 1)])],
      ['read', (log, name) => readAll(log, [name])],
      ['join', (log, name) => log.join(uniqueName('group'), [name], async () => {}, AbortSignal.timeout(30_000))],
      ['lag', (log, name) => log.lag(uniqueName('group'), [name])],
      ['bounds', (log, name) => log.bounds([name])],
      ['positionsAt', (log, name) => log.positionsAt([name], 0)],
      ['committed', (log, name) => log.committed(uniqueName('group'), [name])],
      ['growTopic', (log, name) => log.growTopic({ name, partitions: 2 })],
    ])('unknown ones are FLY_TOPIC to %s, and are not made by it', async (_what, use) => {
      const { log } = await openForTest(open)
      const name = uniqueName('unknown')
      await expect(use(log, name)).rejects.toMatchObject({ code: 'FLY_TOPIC' })
      expect((await log.topics()).map(topic => topic.name)).not.toContain(name)
    })
  })

  describe('partitions', () => {
    test("follow from the key as in Kafka's default partitioner", async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 6)
      await log.append(Object.keys(pinned).map(key => record(name, key, 0)))
      const found = (await readAll(log, [name])).map(one => [keyOf(one), one.partition])
      expect(Object.fromEntries(found)).toEqual(pinned)
    })

    test('can be given, and must exist', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 3)
      await log.append([0, 1, 2].map(partition => ({ ...record(name, 'same', partition), partition })))
      const found = await readAll(log, [name])
      expect(found.map(({ partition, value }) => `${partition}:${value}`).sort()).toEqual(['0:0', '1:1', '2:2'])
      await expect(log.append([{ ...record(name, 'same', 3), partition: 3 }])).rejects.toMatchObject({
        code: 'FLY_TOPIC',
      })
    })

    test('alternate for records without a key', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 2)
      for (let i = 0; i < 8; i++) await log.append([record(name, null, i)])
      const found = await readAll(log, [name])
      expect(found.map(({ key }) => key)).toEqual(Array(8).fill(null))
      expect(new Set(found.map(({ partition }) => partition))).toEqual(new Set([0, 1]))
    })
  })
}
