import { expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { AnyInbound, Rule } from '#runtime/processing/any-service.ts'
import { commitBatch } from '#runtime/processing/commit-batch.ts'
import type { PreparedRecord } from '#runtime/processing/prepared-record.ts'
import type { PartitionState } from '#runtime/state/partition-state.ts'
import { State } from '#runtime/state/state.ts'
import { turnOf } from '#test/chaos/input.ts'
import { inMemoryConsumer } from '#test/support/doubles/in-memory-consumer.ts'
import { turnsDuring } from '#test/support/event-loop-turns.ts'
import { deadLetterTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { chatLog, codec, processingContext } from './support.ts'

const deadLetters = deadLetterTopic(topic.chatLogs, 'sampler')
const large = 'x'.repeat(1_500_000)

/** A rule that counts the records before it, and emits one event for each, of the length that the event's answer asks for. */
const counting: Rule = {
  name: 'sampler',
  version: 'v1',
  decide({ event }, _facts, state) {
    const count = state.get<number>('seen', 'all') ?? 0
    const { answer } = event as AnyInbound['event'] & { readonly answer: string }
    if (answer === 'refused') throw new Fault('FLY_LEAK', 'a family is on both sides')
    const comment = answer === 'too large' ? large : `${count} before`
    const feedback = { agent: 'desk', conversationId: 'c', turnId: 't', rating: 'up', comment }
    return {
      emit: [{ topic: topic.feedback, event: feedback }],
      stateChanges: [{ collection: 'seen', key: 'all', value: answer === 'large state' ? large : count + 1 }],
    }
  },
}

/** The batch of these answers, at offsets from 0. */
const batchOf = (...answers: readonly string[]): PreparedRecord[] =>
  answers.map((answer, offset) => ({
    ...{ record: chatLog(offset, { answer }), status: 'ready', facts: undefined },
    inbound: { topic: topic.chatLogs, event: { ...turnOf('unit', offset), answer } },
  }))

function committing() {
  const consumer = inMemoryConsumer(Array.from({ length: 10 }, (_none, offset) => chatLog(offset)))
  const context = processingContext()
  const state = new State()
  const partitionState: PartitionState = {
    state,
    changelogRecords: () =>
      state.changes().map(({ key, value }) => ({ topic: 'changelog', key, value: Buffer.from(JSON.stringify(value)) })),
    markCommitted: async () => state.markCommitted(),
    rollBack: () => state.rollBack(),
    snapshotAgeSeconds: () => undefined,
    close: () => {},
  }
  const commit = (batch: readonly PreparedRecord[], rule = counting) =>
    commitBatch(rule, consumer, batch, partitionState, context, () => {})
  const committed = (name: string) =>
    consumer.commits.flatMap(({ outputs }) => outputs.filter(({ topic: to }) => to === name))
  const comments = () =>
    Promise.all(
      committed(topic.feedback).map(
        async ({ value }) => (await codec.decode(topic.feedback, value ?? Buffer.of())).comment,
      ),
    )
  return { consumer, context, state, commit, committed, comments }
}

test('outputs, changes of state and positions of a batch are one transaction, each record on the state of the one before', async () => {
  const { consumer, state, commit, committed, comments } = committing()
  await commit(batchOf('a', 'b', 'c'))
  expect(consumer.commits.map(({ positions }) => positions)).toEqual([[`${topic.chatLogs}/0@3`]])
  expect(await comments()).toEqual(['0 before', '1 before', '2 before'])
  expect(committed('changelog')).toHaveLength(1)
  expect(state.get('seen', 'all')).toBe(3)
})

test('a refused record leaves its dead letter, and its neighbours are committed with it', async () => {
  const { consumer, context, commit, committed, comments } = committing()
  await commit(batchOf('a', 'refused', 'c'))
  expect(consumer.commits).toHaveLength(1)
  expect(await comments()).toEqual(['0 before', '1 before'])
  expect(committed(deadLetters)).toMatchObject([{ value: chatLog(1, { answer: 'refused' }).value }])
  const metrics = await context.metrics.text()
  expect(metrics).toContain(`flywheel_records_total{service="sampler",topic="${topic.chatLogs}",outcome="decided"} 2`)
  expect(metrics).toContain(
    `flywheel_records_total{service="sampler",topic="${topic.chatLogs}",outcome="dead-lettered"} 1`,
  )
  const { 'dlq.code': code } = committed(deadLetters)[0]?.headers ?? {}
  expect(metrics).toContain(
    `flywheel_refused_records_total{service="sampler",topic="${topic.chatLogs}",code="${code}"} 1`,
  )
})

test('a record whose outputs the log refuses is found by halving, and the others are committed in order', async () => {
  const { consumer, commit, committed, comments } = committing()
  await commit(batchOf('a', 'b', 'large state', 'd', 'e'))
  expect(await comments()).toEqual(['0 before', '1 before', '2 before', '3 before'])
  expect(committed(deadLetters)).toMatchObject([{ headers: { 'dlq.code': 'FLY_TOO_LARGE', 'dlq.offset': '2' } }])
  expect(consumer.commits.at(-1)?.positions).toEqual([`${topic.chatLogs}/0@5`])
})

test('a dead letter that is too large for the log keeps its content in the object store', async () => {
  const { context, commit, committed } = committing()
  const [record] = batchOf('refused')
  if (record === undefined) throw new Error('no record')
  const headers = { large: 'x'.repeat(47_990) }
  await commit([{ ...record, record: { ...record.record, headers } }])
  expect(committed(deadLetters)).toMatchObject([{ value: null, headers: { 'dlq.code': 'FLY_LEAK' } }])
  expect(context.objects.stored.size).toBe(1)
})

test('after any other fault nothing is committed and the state is as before', async () => {
  const { consumer, state, commit } = committing()
  await commit(batchOf('a'))
  const outage = new Fault('FLY_BROKER', 'away')
  consumer.failCommits(outage)
  await expect(commit(batchOf('b', 'c'))).rejects.toBe(outage)
  expect(consumer.commits).toHaveLength(1)
  expect(state.get('seen', 'all')).toBe(1)
})

/** Decides as `counting` after it has held the event loop for a while. */
const slow: Rule = {
  ...counting,
  decide(inbound, facts, state) {
    for (const end = performance.now() + 30; performance.now() < end; );
    return counting.decide?.(inbound, facts, state) ?? {}
  },
}

test('the event loop turns between long decisions of a batch, so that heartbeats go on', async () => {
  const { commit, comments } = committing()
  expect(await turnsDuring(commit(batchOf('a', 'b', 'c', 'd', 'e'), slow))).toBeGreaterThanOrEqual(3)
  expect(await comments()).toEqual(['0 before', '1 before', '2 before', '3 before', '4 before'])
})

test('a batch whose partition is revoked between two decisions is given up', async () => {
  const { consumer, state, commit } = committing()
  setImmediate(() => consumer.revoke())
  await expect(commit(batchOf('a', 'b', 'c'), slow)).rejects.toThrow('aborted')
  expect(consumer.commits).toEqual([])
  expect(state.size('seen')).toBe(0)
})
