import { expect, test } from 'vitest'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { takeFairly } from '#runtime/log/fair-share.ts'

/** A source of so many records, whose topic is its name. */
const source = (topic: string, count: number): LogRecord[] =>
  Array.from({ length: count }, (_, offset) => ({
    ...{ topic, partition: 0, offset, timestamp: 0, key: null, value: null, headers: {} },
  }))

const takenTopics = (sources: readonly LogRecord[][], firstIndex: number, max: number): string =>
  takeFairly(sources, firstIndex, max, (records, count) => records.splice(0, count))
    .map(({ topic }) => topic)
    .join('')

test('sources that have enough give equal shares', () => {
  expect(takenTopics([source('a', 9), source('b', 9), source('c', 9)], 0, 6)).toBe('aabbcc')
})

test('what a source does not have is shared by those after it', () => {
  expect(takenTopics([source('a', 1), source('b', 9), source('c', 9)], 0, 7)).toBe('abbbccc')
})

test('each source is first in turn, so that one record at a time comes from all of them', () => {
  const sources = [source('a', 9), source('b', 9)]
  expect([0, 1, 2, 3].map(turn => takenTopics(sources, turn, 1)).join('')).toBe('abab')
})

test('without sources nothing is taken', () => {
  expect(takenTopics([], 3, 5)).toBe('')
})
