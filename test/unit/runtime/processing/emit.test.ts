import { expect, test } from 'vitest'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { completeEvent, secondsSinceChainStart } from '#runtime/processing/complete-event.ts'
import { retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const record = (timestamp: number, over: Partial<LogRecord> = {}): LogRecord => ({
  ...{ topic: topic.chatLogs, partition: 0, offset: 1, timestamp, key: null, value: Buffer.from('x'), headers: {} },
  ...over,
})
const headersAfter = (name: 'sampler' | 'judge', input: LogRecord): Record<string, string> =>
  completeEvent({ name, version: 'v1' }, { id: 'i', at: 1 }, input, { topic: topic.scoredSamples, event: {} }, 0)
    .headers

test('each record of a chain tells how long after the append of the first it was appended', () => {
  const turn = record(1_000)
  const sample = record(3_500, { topic: topic.selectedSamples, headers: headersAfter('sampler', turn) })
  const score = record(9_000, { topic: topic.scoredSamples, headers: headersAfter('judge', sample) })
  expect([turn, sample, score].map(secondsSinceChainStart)).toEqual([undefined, 2.5, 8])
})

test('the time that a record was parked counts', () => {
  const again = record(90_000, { topic: retryTopic('sampler'), headers: { 'dlq.first-seen': '1000' } })
  expect(secondsSinceChainStart(record(91_000, { headers: headersAfter('sampler', again) }))).toBe(90)
})

test('a broker whose clock runs behind another makes no age below zero, and a header that is no time none at all', () => {
  expect(secondsSinceChainStart(record(1_000, { headers: { began: '2000' } }))).toBe(0)
  for (const began of ['', 'soon'])
    expect(secondsSinceChainStart(record(1_000, { headers: { began } }))).toBeUndefined()
})
