import { describe, expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import type { Fetcher, PartitionFetch } from '#runtime/log/kafka/consume/fetch.ts'
import { createFetchQueue } from '#runtime/log/kafka/consume/fetch-queue.ts'

const neverAborted = new AbortController().signal

const record = (topic: string, offset: number, bytes = 1): LogRecord => ({
  ...{ topic, partition: 0, offset, timestamp: 0, key: null, value: Buffer.alloc(bytes), headers: {} },
})

/** A queue whose records come from the test. `schedules` counts how often the fetcher was asked to go on, `bytes` is what the queue says that it holds. */
function openQueue() {
  const fetches = new Set<PartitionFetch>()
  const counts = { schedules: 0, bytes: 0 }
  const fetcher: Fetcher = {
    add: one => void fetches.add(one),
    remove: one => void fetches.delete(one),
    schedule: () => void counts.schedules++,
    close: async () => {},
  }
  return {
    queue: createFetchQueue(
      fetcher,
      (position, end) => new Fault('FLY_TOPIC', `${position.offset} of ${end}`),
      change => {
        counts.bytes += change
      },
    ),
    fetches,
    counts,
  }
}

const offsets = (records: readonly LogRecord[]): string => records.map(({ topic, offset }) => topic + offset).join(' ')

describe('a poll', () => {
  test('takes from each partition in turn, at most as many as asked for', async () => {
    const { queue } = openQueue()
    const [a, b] = [queue.openBuffer('a', 0, 0), queue.openBuffer('b', 0, 0)]
    a.deliver([record('a', 0), record('a', 1), record('a', 2)], 3)
    b.deliver([record('b', 0)], 1)
    expect(offsets(await queue.poll(2, neverAborted))).toBe('a0 b0')
    expect(offsets(await queue.poll(2, neverAborted))).toBe('a1 a2')
  })

  test('waits for records', async () => {
    const { queue } = openQueue()
    const buffer = queue.openBuffer('a', 0, 0)
    const polled = queue.poll(10, neverAborted)
    buffer.deliver([record('a', 0)], 1)
    expect(offsets(await polled)).toBe('a0')
  })

  test('ends empty when its signal is aborted, and when the caller has what it wants', async () => {
    const { queue } = openQueue()
    queue.openBuffer('a', 0, 0)
    const stop = new AbortController()
    const polled = queue.poll(10, stop.signal)
    stop.abort()
    expect(await polled).toEqual([])
    expect(await queue.poll(10, neverAborted, () => true)).toEqual([])
  })

  test('is empty where records were deleted that come next, after those before them; nothing is fetched beyond meanwhile', async () => {
    const { queue, counts } = openQueue()
    const buffer = queue.openBuffer('a', 0, 0)
    buffer.deliver([record('a', 0), record('a', 1)], 2)
    buffer.skip(7)
    expect([buffer.position, buffer.hasRoom()]).toEqual([7, false])
    expect(offsets(await queue.poll(1, neverAborted))).toBe('a0')
    expect(offsets(await queue.poll(5, neverAborted))).toBe('a1')
    expect(queue.takeGaps()).toEqual([])
    const { schedules } = counts
    expect(await queue.poll(5, neverAborted)).toEqual([])
    expect(queue.takeGaps()).toEqual([{ topic: 'a', partition: 0, from: 2, to: 7 }])
    expect(queue.takeGaps()).toEqual([])
    expect([buffer.hasRoom(), buffer.polledOffset, counts.schedules]).toEqual([true, 7, schedules + 1])
    buffer.deliver([record('a', 7)], 8)
    expect(offsets(await queue.poll(5, neverAborted))).toBe('a7')
  })

  test('throws when a position is after the end of its partition', async () => {
    const { queue } = openQueue()
    const polled = queue.poll(10, neverAborted)
    queue.openBuffer('a', 0, 5).failBeyondEnd(3)
    await expect(polled).rejects.toThrow('5 of 3')
  })

  test('throws the fault of a partition that cannot be fetched', async () => {
    const { queue } = openQueue()
    const fault = new Fault('FLY_CONFIG', 'no access')
    const polled = queue.poll(10, neverAborted)
    queue.openBuffer('a', 0, 0).fail(fault)
    await expect(polled).rejects.toBe(fault)
  })
})

test('a full queue has no room, and asks for more once it has', async () => {
  const { queue, counts } = openQueue()
  const buffer = queue.openBuffer('a', 0, 0)
  buffer.deliver([record('a', 0, 4_194_304), record('a', 1)], 2)
  expect(buffer.hasRoom()).toBe(false)
  await queue.poll(1, neverAborted)
  expect(buffer.hasRoom()).toBe(true)
  expect(counts.schedules).toBe(1)
})

test('tells how many bytes it holds: none once it is closed', async () => {
  const { queue, counts } = openQueue()
  const buffer = queue.openBuffer('a', 0, 0)
  buffer.deliver([record('a', 0, 1_000), record('a', 1, 1_000)], 2)
  const both = counts.bytes
  expect(both).toBeGreaterThan(2_000)
  await queue.poll(1, neverAborted)
  expect(counts.bytes).toBe(both / 2)
  queue.close()
  expect(counts.bytes).toBe(0)
  await queue.poll(1, neverAborted)
  expect(counts.bytes).toBe(0)
})

test('a closed queue is not fetched any more', () => {
  const { queue, fetches } = openQueue()
  queue.openBuffer('a', 0, 0)
  expect(fetches.size).toBe(1)
  queue.close()
  expect(fetches.size).toBe(0)
})

describe('a buffer', () => {
  test('moves a consumed position past invisible offsets after the last record taken', async () => {
    const { queue } = openQueue()
    const buffer = queue.openBuffer('a', 0, 0)
    buffer.deliver([record('a', 0), record('a', 1)], 5)
    await queue.poll(1, neverAborted)
    expect([buffer.polledOffset, buffer.skipInvisible(1)]).toEqual([1, 1])
    await queue.poll(1, neverAborted)
    expect([buffer.polledOffset, buffer.skipInvisible(2), buffer.skipInvisible(1)]).toEqual([5, 5, 1])
    buffer.deliver([], 9)
    expect([buffer.skipInvisible(5), buffer.skipInvisible(1)]).toEqual([9, 1])
  })

  test('has read what is invisible where nothing else is left', () => {
    const buffer = openQueue().queue.openBuffer('a', 0, 0)
    buffer.deliver([], 7)
    expect([buffer.position, buffer.polledOffset]).toEqual([7, 7])
  })
})
