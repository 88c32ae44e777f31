import { expect, test, vi } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import type { AnyInbound, RunnableService } from '#runtime/processing/any-service.ts'
import { prepareBatch } from '#runtime/processing/prepare-batch.ts'
import { turnOf } from '#test/chaos/input.ts'
import { inMemoryConsumer } from '#test/support/doubles/in-memory-consumer.ts'
import { topic } from '#topology/topic-names.ts'
import { chatLog, processingContext } from './support.ts'

type Gather = NonNullable<RunnableService['gather']>

function preparing(records: readonly LogRecord[], gather: Gather, max = records.length) {
  const consumer = inMemoryConsumer(records)
  const context = processingContext()
  const service: RunnableService = { name: 'sampler', version: 'v1', gather }
  return { consumer, context, prepared: prepareBatch(service, consumer, context, max) }
}
const idOf = async ({ event }: AnyInbound) => event.id

test('records come in their order with the decoded event and its facts, whichever gather ends first', async () => {
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>())
  const ids = gates.map((_gate, offset) => turnOf('unit', offset).id)
  const { prepared } = preparing(
    [0, 1, 2].map(offset => chatLog(offset)),
    async ({ event }) => {
      await gates[ids.indexOf(event.id)]?.promise
      return `facts of ${event.id}`
    },
  )
  for (const gate of gates.toReversed()) gate.resolve()
  expect((await prepared).records).toMatchObject(
    ids.map(id => ({ status: 'ready', inbound: { topic: topic.chatLogs, event: { id } }, facts: `facts of ${id}` })),
  )
})

test('no more than 16 records are gathered at the same time', async () => {
  let [running, most] = [0, 0]
  const { prepared } = preparing(
    Array.from({ length: 50 }, (_none, offset) => chatLog(offset)),
    async () => {
      running++
      most = Math.max(most, running)
      await Promise.resolve()
      running--
    },
  )
  expect((await prepared).records).toHaveLength(50)
  expect(most).toBe(16)
})

test('a record without a value is empty, one that cannot be decoded is refused, and neither is gathered', async () => {
  const gather = vi.fn(idOf)
  const records = [
    { ...chatLog(0), value: null },
    { ...chatLog(1), value: Buffer.from('not avro') },
  ]
  expect((await preparing(records, gather).prepared).records).toMatchObject([
    { status: 'empty' },
    { status: 'refused', attempts: 1, fault: { code: 'FLY_DECODE' }, inputId: undefined },
  ])
  expect(gather).not.toHaveBeenCalled()
})

test('a record that gather refuses is refused with its id; the others of the batch are ready', async () => {
  const unknown = new Fault('FLY_AGENT', 'not registered')
  const { prepared } = preparing([chatLog(0), chatLog(1)], async ({ event }) => {
    if (event.id === turnOf('unit', 0).id) throw unknown
  })
  expect((await prepared).records).toMatchObject([
    { status: 'refused', fault: unknown, attempts: 1, inputId: turnOf('unit', 0).id },
    { status: 'ready' },
  ])
})

test('an outage is waited out, and its attempts are counted', async () => {
  vi.useFakeTimers()
  const outages = [new Fault('FLY_STORE', 'away'), new Fault('FLY_MODEL', 'busy')]
  const { context, prepared } = preparing([chatLog(0)], async () => {
    const outage = outages.shift()
    if (outage) throw outage
    return 'at last'
  })
  await vi.runAllTimersAsync()
  vi.useRealTimers()
  expect((await prepared).records).toMatchObject([{ status: 'ready', facts: 'at last' }])
  expect(await context.metrics.text()).toContain('flywheel_retries_total{service="sampler",code="FLY_STORE"} 1')
})

test('an unknown error ends the batch: it stops the service', async () => {
  const bug = new TypeError('no such field')
  await expect(preparing([chatLog(0)], () => Promise.reject(bug)).prepared).rejects.toBe(bug)
})

test('nothing of a batch is kept when the partition is revoked meanwhile', async () => {
  const { consumer, prepared } = preparing([chatLog(0), chatLog(1)], async () => consumer.revoke())
  expect((await prepared).records).toEqual([])
})
