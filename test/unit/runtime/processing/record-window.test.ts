import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { minBatchSize } from '#runtime/core/batch-size.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { LogRecord, PositionGap } from '#runtime/log/event-log.ts'
import type { AnyInbound, RunnableService } from '#runtime/processing/any-service.ts'
import type { PreparedRecord } from '#runtime/processing/prepared-record.ts'
import { RecordWindow } from '#runtime/processing/record-window.ts'
import { turnOf } from '#test/chaos/input.ts'
import { inMemoryConsumer } from '#test/support/doubles/in-memory-consumer.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import { chatLog, processingContext } from './support.ts'

type Gather = NonNullable<RunnableService['gather']>

/** The service at work on these records; `next` is its next batch. */
function preparing(
  records: readonly LogRecord[],
  gather: Gather,
  gatherConcurrency = 16,
  gap?: PositionGap & { readonly after: number },
) {
  const consumer = inMemoryConsumer(records, undefined, gap)
  const context = { ...processingContext(), settings: { gatherConcurrency } }
  const service: RunnableService = { name: 'sampler', version: 'v1', gather }
  const window = new RecordWindow(service, consumer, context, minBatchSize)
  onTestFinished(async () => {
    consumer.revoke()
    await window.close()
  })
  const next = (max = records.length): Promise<readonly PreparedRecord[]> => window.next(max)
  return { consumer, context, window, next }
}
const records = (count: number): readonly LogRecord[] =>
  Array.from({ length: count }, (_none, offset) => chatLog(offset))
const offsets = (batch: readonly PreparedRecord[]): readonly number[] => batch.map(({ record }) => record.offset)
const forever = new Promise<never>(() => {})
const number = (id: string): number =>
  Array.from({ length: 200 }, (_none, offset) => turnOf('unit', offset).id).indexOf(id)
const idOf = async ({ event }: AnyInbound) => event.id

test('records come in their order with the decoded event and its facts, whichever gather ends first', async () => {
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>())
  const ids = gates.map((_gate, offset) => turnOf('unit', offset).id)
  const { next } = preparing(records(3), async ({ event }) => {
    await gates[ids.indexOf(event.id)]?.promise
    return `facts of ${event.id}`
  })
  const batch = next()
  for (const gate of gates.toReversed()) gate.resolve()
  expect(await batch).toMatchObject(
    ids.map(id => ({ status: 'ready', inbound: { topic: topic.chatLogs, event: { id } }, facts: `facts of ${id}` })),
  )
})

test.each([1, 16, 40])(
  'no more than %d records are gathered at the same time, as the setting says',
  async concurrency => {
    let [running, most] = [0, 0]
    const gather = async (): Promise<void> => {
      running++
      most = Math.max(most, running)
      await nextTurn()
      running--
    }
    const { next } = preparing(records(50), gather, concurrency)
    expect(await next()).toHaveLength(50)
    expect(most).toBe(concurrency)
  },
)

test('a record without a value is empty, one that cannot be decoded is refused, and neither is gathered', async () => {
  const gather = vi.fn(idOf)
  const unreadable = [
    { ...chatLog(0), value: null },
    { ...chatLog(1), value: Buffer.from('not avro') },
  ]
  expect(await preparing(unreadable, gather).next()).toMatchObject([
    { status: 'empty' },
    { status: 'refused', attempts: 1, fault: { code: 'FLY_DECODE' }, inputId: undefined },
  ])
  expect(gather).not.toHaveBeenCalled()
})

test('a record that gather refuses is refused with its id; the others of the batch are ready', async () => {
  const unknown = new Fault('FLY_AGENT', 'not registered')
  const { next } = preparing(records(2), async ({ event }) => {
    if (event.id === turnOf('unit', 0).id) throw unknown
  })
  expect(await next()).toMatchObject([
    { status: 'refused', fault: unknown, attempts: 1, inputId: turnOf('unit', 0).id },
    { status: 'ready' },
  ])
})

test('an outage is waited out, and its attempts are counted', async () => {
  const outages = [new Fault('FLY_STORE', 'away'), new Fault('FLY_MODEL', 'busy')]
  const { context, next } = preparing(records(1), async () => {
    const outage = outages.shift()
    if (outage) throw outage
    return 'at last'
  })
  expect(await next()).toMatchObject([{ status: 'ready', facts: 'at last' }])
  expect(await context.metrics.text()).toContain('flywheel_retries_total{service="sampler",code="FLY_STORE"} 1')
})

test('an unknown error ends the service', async () => {
  const bug = new TypeError('no such field')
  await expect(preparing(records(1), () => Promise.reject(bug)).next()).rejects.toBe(bug)
})

test('nothing is kept when the partition is revoked meanwhile, and a gather that ignores its signal holds up nobody', async () => {
  const { consumer, window, next } = preparing(records(2), () => forever)
  const batch = next()
  consumer.revoke()
  expect(await batch).toEqual([])
  await window.close()
})

describe('a slow gather', () => {
  test('does not hold up the records before it, and those behind it are gathered meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const gathered: number[] = []
    const { window, next } = preparing(records(40), async ({ event }) => {
      gathered.push(number(event.id))
      if (number(event.id) === 5) await gate.promise
    })
    const first = await next()
    expect(offsets(first)).toEqual([0, 1, 2, 3, 4])
    window.remove(first)
    await waitUntil('the others are gathered', () => gathered.length === 40)
    gate.resolve()
    const rest = [...(await next())]
    expect(offsets(rest)).toEqual(Array.from({ length: 35 }, (_none, index) => index + 5))
    expect(new Set(gathered).size).toBe(40)
  })

  test('is ended after the time limit of its service, and its record refused the third time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const signals: AbortSignal[] = []
    const { context, next } = preparing(records(1), (_inbound, signal) => {
      signals.push(signal)
      return forever
    })
    const batch = next()
    for (const attempt of [1, 2, 3]) {
      await waitUntil('it is called', () => signals.length === attempt)
      await vi.advanceTimersByTimeAsync(60_000)
    }
    vi.useRealTimers()
    const id = turnOf('unit', 0).id
    expect(await batch).toMatchObject([
      { status: 'refused', attempts: 3, inputId: id, fault: { code: 'FLY_TIMEOUT', details: { seconds: 60 } } },
    ])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
    expect(await context.metrics.text()).toContain('flywheel_retries_total{service="sampler",code="FLY_TIMEOUT"} 2')
  })

  test('that never ends holds up those behind it for three time limits, and no more is polled once the window is full', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let calls = 0
    const { consumer, next } = preparing(records(100), async ({ event }) => {
      if (number(event.id) !== 0) return
      calls++
      await forever
    })
    const held = next(minBatchSize)
    let isHeld = true
    held.finally(() => {
      isHeld = false
    })
    for (const attempt of [1, 2, 3]) {
      await waitUntil('it is called', () => calls === attempt)
      await vi.advanceTimersByTimeAsync(59_999)
      expect([isHeld, consumer.polled()]).toEqual([true, 2 * minBatchSize])
      await vi.advanceTimersByTimeAsync(1)
    }
    vi.useRealTimers()
    const batch = await held
    expect(offsets(batch)).toEqual(Array.from({ length: minBatchSize }, (_none, offset) => offset))
    expect(batch.map(({ status }) => status)).toEqual(['refused', ...Array(minBatchSize - 1).fill('ready')])
  })

  test('that succeeds in time is not ended, and neither is the next one of the same worker', async () => {
    vi.useFakeTimers()
    const { window, next } = preparing(records(3), () => new Promise(resolve => setTimeout(resolve, 45_000)), 1)
    for (const offset of [0, 1, 2]) {
      const batch = next(1)
      await vi.advanceTimersByTimeAsync(45_000)
      expect(offsets(await batch)).toEqual([offset])
      window.remove(await batch)
    }
    vi.useRealTimers()
  })
})

test('a batch that was not committed comes again, and is not gathered again', async () => {
  const gather = vi.fn(idOf)
  const { window, next } = preparing(records(30), gather)
  const batch = await next(20)
  expect(offsets(await next(20))).toEqual(offsets(batch))
  window.remove(batch.slice(0, 10))
  expect(offsets(await next(30))).toEqual(Array.from({ length: 20 }, (_none, index) => index + 10))
  expect(gather).toHaveBeenCalledTimes(30)
})

test('no more is polled while the window is full, in records and in bytes', async () => {
  const many = preparing(records(200), idOf)
  await many.next(16)
  await vi.waitFor(() => expect(many.consumer.polled()).toBe(32))
  const large = preparing(
    records(200).map(record => ({
      ...record,
      value: Buffer.concat([record.value ?? Buffer.of(), Buffer.alloc(1_000_000)]),
    })),
    idOf,
  )
  large.window.remove(await large.next(16))
  await vi.waitFor(() => expect(large.consumer.polled()).toBe(32))
})

test('deleted records are told once all before them are committed, and none after them is polled until they are passed', async () => {
  const gap = { topic: topic.chatLogs, partition: 0, from: 3, to: 10 }
  const { consumer, window, next } = preparing([...records(3), chatLog(10)], idOf, 16, { ...gap, after: 3 })
  const before = await next()
  expect([offsets(before), window.gaps]).toEqual([[0, 1, 2], []])
  window.remove(before)
  expect([await next(), window.gaps, consumer.polled()]).toEqual([[], [gap], 3])
  window.removeGaps()
  expect([offsets(await next()), window.gaps]).toEqual([[10], []])
})
