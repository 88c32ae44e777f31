import { expect, test } from 'vitest'
import { createDeadLetterList } from '#runtime/dead-letters/list.ts'
import { progressRecord } from '#runtime/dead-letters/progress.ts'
import { neverAborted } from '#test/support/never-aborted.ts'
import { letterTopic, logWithLetters, service } from './support.ts'

const letters = 20_000

test('a page reads little more than it returns, however many dead letters there are', async () => {
  const { log, read } = await logWithLetters(letters)
  const list = createDeadLetterList(log, neverAborted)
  const page = await list.page([service], { limit: 100 })
  expect(page).toMatchObject({ letters: { length: 100 }, next: `${letterTopic}/0@100` })
  expect(read.records).toBeLessThanOrEqual(1_000)
  const later = await list.page([service], { limit: 100, cursor: `${letterTopic}/5@3000` })
  expect(later.letters[0]).toMatchObject({ partition: 5, offset: 3_000 })
  expect(read.records).toBeLessThanOrEqual(2_000)
})

test('an overview stops counting at its limit and says so', async () => {
  const { log, read } = await logWithLetters(letters)
  const list = createDeadLetterList(log, neverAborted)
  expect(await list.topics([service], 1_500)).toMatchObject([
    { topic: letterTopic, records: 1_500, more: true, codes: { FLY_AGENT: 1_500 } },
  ])
  expect(read.records).toBeLessThanOrEqual(3_000)
  expect(await list.topics([service], letters + 1)).toMatchObject([{ records: letters, more: false }])
})

test('what was resolved is read once for all pages', async () => {
  const { log, read } = await logWithLetters(100)
  const list = createDeadLetterList(log, neverAborted)
  const discard = { how: 'discarded', at: 1, by: 'ann', why: 'a test record', code: 'FLY_AGENT' } as const
  const discarded = Array.from({ length: 10 }, (_none, offset) =>
    progressRecord(service, 0, { topic: letterTopic, offset, resolution: discard }),
  )
  await log.append(discarded)
  expect(await list.discarded([service])).toHaveLength(10)
  expect(await list.page([service], { limit: 1 })).toMatchObject({ letters: [{ partition: 0, offset: 10 }] })
  expect(await list.topics([service], 1_000)).toMatchObject([{ records: 90 }])
  await log.append([progressRecord(service, 0, { topic: letterTopic, next: 15 })])
  const before = read.records
  expect(await list.discarded([service])).toHaveLength(10)
  expect(read.records - before).toBe(1)
})
