import { expect, test } from 'vitest'
import { unresolvedPage, unresolvedTopics } from '#runtime/dead-letters/list.ts'
import { neverAborted } from '#test/support/never-aborted.ts'
import { letterTopic, logWithLetters, service } from './support.ts'

const letters = 20_000

test('a page reads little more than it returns, however many dead letters there are', async () => {
  const { log, read } = await logWithLetters(letters)
  const page = await unresolvedPage(log, [service], { limit: 100 }, neverAborted)
  expect(page).toMatchObject({ letters: { length: 100 }, next: `${letterTopic}/0@100` })
  expect(read.records).toBeLessThanOrEqual(1_000)
  const later = await unresolvedPage(log, [service], { limit: 100, cursor: `${letterTopic}/5@3000` }, neverAborted)
  expect(later.letters[0]).toMatchObject({ partition: 5, offset: 3_000 })
  expect(read.records).toBeLessThanOrEqual(2_000)
})

test('an overview stops counting at its limit and says so', async () => {
  const { log, read } = await logWithLetters(letters)
  expect(await unresolvedTopics(log, [service], 1_500, neverAborted)).toMatchObject([
    { topic: letterTopic, records: 1_500, more: true, codes: { FLY_AGENT: 1_500 } },
  ])
  expect(read.records).toBeLessThanOrEqual(3_000)
  expect(await unresolvedTopics(log, [service], letters + 1, neverAborted)).toMatchObject([
    { records: letters, more: false },
  ])
})
