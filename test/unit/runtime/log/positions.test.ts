import { describe, expect, test } from 'vitest'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { positionProblem, positionsAfter, startOffset } from '#runtime/log/positions.ts'

const record = (topic: string, partition: number, offset: number): LogRecord => ({
  ...{ topic, partition, offset, timestamp: 0, key: null, value: null, headers: {} },
})

test('the positions after records are the offsets after the last one of each partition', () => {
  const records = [record('a', 0, 3), record('a', 1, 7), record('b', 0, 1), record('a', 0, 5)]
  expect(positionsAfter(records)).toEqual([
    { topic: 'a', partition: 0, offset: 6 },
    { topic: 'a', partition: 1, offset: 8 },
    { topic: 'b', partition: 0, offset: 2 },
  ])
})

describe('the start offset of a partition with offsets from 10 to below 20', () => {
  const start = (from: Parameters<typeof startOffset>[0]): number =>
    startOffset(from, { topic: 'a', partition: 1, begin: 10, end: 20 })
  const at = (offset: number, partition = 1) => [{ topic: 'a', partition, offset }]

  test('is a bound', () => {
    expect([start('beginning'), start('end')]).toEqual([10, 20])
  })

  test('is the position given, or the oldest offset that is left', () => {
    expect([start(at(15)), start(at(20)), start(at(3))]).toEqual([15, 20, 10])
  })

  test('is the beginning for a position after the end, which is of a log that this one has replaced', () => {
    expect(start(at(21))).toBe(10)
  })

  test('is the beginning where no position is given for the partition', () => {
    expect([start([]), start(at(15, 0))]).toEqual([10, 10])
  })
})

test('a committed position is lost when it is after the end, or when the record there was deleted', () => {
  const bounds = { begin: 10, end: 20 }
  expect([null, 10, 20, 21, 9].map(committed => positionProblem(committed, bounds))).toEqual([
    ...[undefined, undefined, undefined],
    ...['beyond-end', 'deleted'],
  ])
})
