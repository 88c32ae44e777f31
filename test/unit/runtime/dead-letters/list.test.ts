import { expect, onTestFinished, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import { deadLetter } from '#runtime/dead-letters/dead-letter.ts'
import { unresolvedPage, unresolvedTopics } from '#runtime/dead-letters/list.ts'
import type { EventLog, LogRecord } from '#runtime/log/event-log.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { deadLetterTopic, resolvedTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'

const signal = new AbortController().signal
const service = 'sampler'
const letterTopic = deadLetterTopic(topic.chatLogs, service)
const letters = 20_000

/** A log with many dead letters that counts the records it reads. */
async function fullLog() {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  await log.createTopics(
    requiredTopics().filter(({ name }) => name.endsWith(`.${service}.dlq`) || name === resolvedTopic(service)),
  )
  const fault = new Fault('FLY_AGENT', 'the agent is not registered')
  const record = (offset: number): LogRecord => ({
    ...{ topic: topic.chatLogs, partition: offset % 6, offset, timestamp: 1, key: null, headers: {} },
    value: Buffer.alloc(200, 1),
  })
  await log.append(Array.from({ length: letters }, (_none, offset) => deadLetter(service, record(offset), fault, 1)))
  const read = { records: 0 }
  const counting: EventLog = {
    ...log,
    read: (topics, options, onRecords, until) =>
      log.read(
        topics,
        options,
        records => {
          read.records += records.length
          return onRecords(records)
        },
        until,
      ),
  }
  return { log: counting, read }
}

test('a page reads little more than it returns, however many dead letters there are', async () => {
  const { log, read } = await fullLog()
  const page = await unresolvedPage(log, [service], { limit: 100 }, signal)
  expect(page).toMatchObject({ letters: { length: 100 }, next: `${letterTopic}/0@100` })
  expect(read.records).toBeLessThanOrEqual(1_000)
  const later = await unresolvedPage(log, [service], { limit: 100, cursor: `${letterTopic}/5@3000` }, signal)
  expect(later.letters[0]).toMatchObject({ partition: 5, offset: 3_000 })
  expect(read.records).toBeLessThanOrEqual(2_000)
})

test('an overview stops counting at its limit and says so', async () => {
  const { log, read } = await fullLog()
  expect(await unresolvedTopics(log, [service], 1_500, signal)).toMatchObject([
    { topic: letterTopic, records: 1_500, more: true, codes: { FLY_AGENT: 1_500 } },
  ])
  expect(read.records).toBeLessThanOrEqual(3_000)
  expect(await unresolvedTopics(log, [service], letters + 1, signal)).toMatchObject([{ records: letters, more: false }])
})
