import { expect, test } from 'vitest'
import { committedRecords } from '#runtime/log/kafka/consume/committed-records.ts'

type Made = {
  readonly value?: string
  readonly marker?: 'abort' | 'commit'
  readonly key?: Buffer
  readonly last?: number
}

/** A message in a batch of its own, or the last of a batch that ends at `last`. */
function message(offset: number, producerId: string, { value, marker, key, last = offset }: Made) {
  const markerKey = marker && Buffer.from([0, 0, 0, marker === 'abort' ? 0 : 1])
  return {
    offset: String(offset),
    timestamp: '1700000000000',
    key: markerKey ?? key ?? null,
    value: value === undefined ? null : Buffer.from(value),
    headers: { one: Buffer.from('1'), two: [Buffer.from('2'), Buffer.from('3')] },
    isControlRecord: marker !== undefined,
    batchContext: {
      firstOffset: String(offset),
      lastOffsetDelta: last - offset,
      producerId,
      inTransaction: producerId !== '-1',
    },
  }
}

const read = (
  position: number,
  messages: ReturnType<typeof message>[],
  aborted: { producerId: string; firstOffset: string }[] = [],
) => {
  const { records, next } = committedRecords('t', position, {
    partition: 3,
    lastStableOffset: '99',
    abortedTransactions: aborted,
    messages,
  })
  return { texts: records.map(({ value }) => value?.toString()), next }
}

test('records have their position, time and header texts', () => {
  const { records } = committedRecords('t', 5, {
    partition: 3,
    lastStableOffset: '6',
    abortedTransactions: null,
    messages: [message(5, '-1', { value: 'v' })],
  })
  const headers = { one: '1', two: '3' }
  expect(records).toEqual([
    { topic: 't', partition: 3, offset: 5, timestamp: 1_700_000_000_000, key: null, value: Buffer.from('v'), headers },
  ])
})

test('what an aborted transaction wrote is left out up to its marker, and of that producer only', () => {
  const messages = [
    message(0, '7', { value: 'aborted' }),
    message(1, '8', { value: 'kept' }),
    message(2, '7', { marker: 'abort' }),
    message(3, '7', { value: 'committed' }),
    message(4, '7', { marker: 'commit' }),
    message(5, '-1', { value: 'plain' }),
  ]
  expect(read(0, messages, [{ producerId: '7', firstOffset: '0' }])).toEqual({
    texts: ['kept', 'committed', 'plain'],
    next: 6,
  })
})

test('a record whose key looks like the marker of an abort ends no transaction', () => {
  const messages = [
    message(0, '7', { value: 'a', key: Buffer.alloc(4) }),
    message(1, '7', { value: 'b' }),
    message(2, '7', { marker: 'abort' }),
  ]
  expect(read(0, messages, [{ producerId: '7', firstOffset: '0' }])).toEqual({ texts: [], next: 3 })
})

test('records of a batch before the position are left out', () => {
  expect(read(11, [message(10, '-1', { value: 'old' }), message(11, '-1', { value: 'new' })])).toEqual({
    texts: ['new'],
    next: 12,
  })
})

test('the next offset is after a batch whose last records were compacted, and after markers', () => {
  expect(read(4, [message(4, '-1', { value: 'v', last: 9 })])).toEqual({ texts: ['v'], next: 10 })
  expect(read(4, [message(6, '7', { marker: 'commit' })])).toEqual({ texts: [], next: 7 })
  expect(read(4, [])).toEqual({ texts: [], next: 4 })
})
