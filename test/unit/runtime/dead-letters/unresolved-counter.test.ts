import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ProgressChange, progressRecord } from '#runtime/dead-letters/progress.ts'
import { createUnresolvedCounter } from '#runtime/dead-letters/unresolved-counter.ts'
import { neverAborted } from '#test/support/never-aborted.ts'
import { topic } from '#topology/topic-names.ts'
import { letterIn, letterTopic, logWithLetters, partitions, service } from './support.ts'

const discard = { how: 'discarded', at: 1, by: 'ann', why: 'a test record', code: 'FLY_AGENT' } as const

/** A log with dead letters and a counter on it. */
async function counting(letters: number, limit = 10_000) {
  const { log, read } = await logWithLetters(letters)
  const countNow = createUnresolvedCounter(log, service, limit, neverAborted)
  return {
    log,
    /** What is counted of the topic, and how many records were read for it. */
    async look() {
      const before = read.records
      const records = (await countNow()).find(count => count.topic === topic.chatLogs)?.records
      return { records, read: read.records - before }
    },
    resolve: (partition: number, change: ProgressChange) => log.append([progressRecord(service, partition, change)]),
  }
}

test('a look reads only what was added or resolved since the one before', async () => {
  const { log, look, resolve } = await counting(3_000)
  expect(await look()).toEqual({ records: 3_000, read: 3_000 })
  expect(await look()).toEqual({ records: 3_000, read: 0 })
  await log.append([letterIn(0), letterIn(5)])
  expect(await look()).toEqual({ records: 3_002, read: 2 })
  await resolve(0, { topic: letterTopic, next: 500 })
  await resolve(1, { topic: letterTopic, offset: 7, resolution: discard })
  expect(await look()).toEqual({ records: 2_501, read: 2 })
  await resolve(1, { topic: letterTopic, offset: 7, resolution: null })
  expect(await look()).toMatchObject({ read: 1 })
})

test('counting stops at its limit, and goes on when letters before it are resolved', async () => {
  const { look, resolve } = await counting(18_000, 1_500)
  const first = await look()
  expect(first.records).toBe(1_500)
  expect(first.read).toBeLessThanOrEqual(2_500)
  expect(await look()).toEqual({ records: 1_500, read: 0 })
  for (let partition = 0; partition < partitions; partition++)
    await resolve(partition, { topic: letterTopic, next: partition === 5 ? 2_700 : 3_000 })
  const later = await look()
  expect(later.records).toBe(300)
  expect(later.read).toBeLessThanOrEqual(partitions + 300)
})

test('looks that overlap count each letter once', async () => {
  const { look } = await counting(3_000)
  const looks = await Promise.all([look(), look(), look()])
  expect(looks.map(({ records }) => records)).toEqual([3_000, 3_000, 3_000])
})

test('a counter that looked often and a new one count the same', async () => {
  const partition = fc.integer({ min: 0, max: 1 })
  const offset = fc.integer({ min: 0, max: 12 })
  const change = fc.oneof(
    partition.map(at => letterIn(at)),
    fc.tuple(partition, offset).map(([at, next]) => progressRecord(service, at, { topic: letterTopic, next })),
    fc
      .tuple(partition, offset)
      .map(([at, letter]) => progressRecord(service, at, { topic: letterTopic, offset: letter, resolution: discard })),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), async (changes, limit) => {
      const { log } = await logWithLetters(0)
      const often = createUnresolvedCounter(log, service, limit, neverAborted)
      for (const record of changes) {
        await log.append([record])
        expect(await often()).toEqual(await createUnresolvedCounter(log, service, limit, neverAborted)())
      }
    }),
    { numRuns: 20, seed: 1 },
  )
})
