import { onTestFinished } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import { deadLetter } from '#runtime/dead-letters/dead-letter.ts'
import type { LogRecord, NewRecord } from '#runtime/log/event-log.ts'
import { countReads } from '#test/support/doubles/counting-log.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { deadLetterTopic, resolvedTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'

export const service = 'sampler'
export const letterTopic = deadLetterTopic(topic.chatLogs, service)
export const partitions = 6

const fault = new Fault('FLY_AGENT', 'the agent is not registered')

/** A dead letter of the sampler in this partition. */
export function letterIn(partition: number): NewRecord {
  const record: LogRecord = {
    ...{ topic: topic.chatLogs, partition, offset: 1, timestamp: 1, key: null, headers: {} },
    value: Buffer.alloc(200, 1),
  }
  return deadLetter(service, record, fault, 1)
}

/** A log with so many dead letters in its partitions in turn, which counts the records that are read. */
export async function logWithLetters(letters: number) {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  await log.createTopics(
    requiredTopics().filter(({ name }) => name.endsWith(`.${service}.dlq`) || name === resolvedTopic(service)),
  )
  await log.append(Array.from({ length: letters }, (_none, letter) => letterIn(letter % partitions)))
  return countReads(log)
}
