import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { LogRecord, NewRecord } from '#runtime/log/event-log.ts'
import type { AnyInbound, RunnableService } from '#runtime/processing/any-service.ts'
import { processPartition } from '#runtime/processing/process-partition.ts'
import { changelogRecords } from '#runtime/state/changelog.ts'
import type { State } from '#runtime/state/state.ts'
import { turnOf } from '#test/chaos/input.ts'
import { inMemoryConsumer } from '#test/support/doubles/in-memory-consumer.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { stateTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'
import { chatLog, codec, eventsOf, processingContext } from './support.ts'

/** Emits one event for each record, which says how many came before it. */
const counting: RunnableService = {
  name: 'sampler',
  version: 'v1',
  decide(_inbound, _facts, state) {
    const count = state.get<number>('seen', 'all') ?? 0
    const feedback = { agent: 'desk', conversationId: 'c', turnId: 't', rating: 'up', comment: `${count} before` }
    return {
      emit: [{ topic: topic.feedback, event: feedback }],
      stateChanges: [{ collection: 'seen', key: 'all', value: count + 1 }],
    }
  },
}

/** The service at work on these records; `comments` are those of the committed events, in order. */
function processing(records: readonly LogRecord[], service: RunnableService = counting, isStateful = false) {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  const changelog = stateTopic('sampler')
  const writeState = async (outputs: readonly NewRecord[]) => {
    await log.append(outputs.filter(({ topic: to }) => to === changelog))
    return log.positionsAt([changelog], Number.MAX_SAFE_INTEGER)
  }
  const consumer = isStateful ? inMemoryConsumer(records, writeState) : inMemoryConsumer(records)
  const states: State[] = []
  const run = () =>
    processPartition(
      service,
      consumer,
      { ...processingContext(), log },
      isStateful,
      ({ state }) => void states.push(state),
    )
  const comments = async (): Promise<readonly (string | null)[]> => {
    const events = consumer.commits
      .flatMap(({ outputs }) => outputs)
      .flatMap(({ topic: to, value }) => (to === topic.feedback && value ? [codec.decode(topic.feedback, value)] : []))
    return (await Promise.all(events)).map(({ comment }) => comment)
  }
  /** Runs until all records are committed, then revokes the partition. */
  const finish = async (): Promise<void> => {
    const ended = run()
    await waitUntil('all is committed', async () => (await comments()).length === records.length)
    consumer.revoke()
    await ended
  }
  return { log, changelog, consumer, states, run, finish, comments }
}
const records = Array.from({ length: 40 }, (_none, offset) => chatLog(offset))
const inOrder = records.map((_record, index) => `${index} before`)

test('batch after batch is committed until the partition is revoked, and the HTTP API sees the state', async () => {
  const { consumer, states, finish, comments } = processing(records)
  await finish()
  expect(await comments()).toEqual(inOrder)
  expect(consumer.commits.length).toBeGreaterThan(1)
  expect(states.map(state => state.get('seen', 'all'))).toEqual([40])
})

test('after a failed commit the batch, and the one that was gathered meanwhile, are processed again', async () => {
  const { consumer, finish, comments } = processing(records)
  consumer.failCommits(new Fault('FLY_BROKER', 'away'), new Fault('FLY_STORE', 'disk full'))
  await finish()
  expect(await comments()).toEqual(inOrder)
})

test('after a failed commit nothing is gathered again', async () => {
  const gather = vi.fn(async () => undefined)
  const { consumer, finish, comments } = processing(records, { ...counting, gather })
  consumer.failCommits(new Fault('FLY_BROKER', 'away'))
  await finish()
  expect(await comments()).toEqual(inOrder)
  expect(gather).toHaveBeenCalledTimes(records.length)
})

test('a slow gather does not hold up the records before it', async () => {
  const gate = Promise.withResolvers<void>()
  const slow = turnOf('unit', 30).id
  const gather = async ({ event }: AnyInbound): Promise<void> => (event.id === slow ? gate.promise : undefined)
  const { finish, comments } = processing(records, { ...counting, gather })
  const finished = finish()
  await waitUntil('the records before it are committed', async () => (await comments()).length === 30)
  gate.resolve()
  await finished
  expect(await comments()).toEqual(inOrder)
})

test('when another process has taken over, the partition is left without an error', async () => {
  const { consumer, run, comments } = processing(records)
  consumer.failCommits(new Fault('FLY_FENCED', 'another process has taken over a partition'))
  await run()
  expect(await comments()).toEqual([])
})

test('an unknown error of a commit or of a gather ends the service', async () => {
  const bug = new TypeError('no such field')
  const { consumer, run } = processing(records)
  consumer.failCommits(bug)
  await expect(run()).rejects.toBe(bug)
  const gathering = processing(records, { ...counting, gather: () => Promise.reject(bug) })
  await expect(gathering.run()).rejects.toBe(bug)
})

test('the state is restored from the changelog before the first record', async () => {
  const { log, changelog, finish, comments } = processing(records.slice(0, 2), counting, true)
  await log.createTopics([{ name: changelog, partitions: 1, keep: 'compact' }])
  await log.append(changelogRecords(changelog, 0, [{ collection: 'seen', key: 'all', value: 7 }], 'writer'))
  await finish()
  expect(await comments()).toEqual(['7 before', '8 before'])
})

test('a new rule goes on with the state of the one before', async () => {
  const newRule = { ...counting, version: 'v2', stateShape: { version: 1 } }
  const { log, changelog, finish, comments } = processing(records.slice(0, 1), newRule, true)
  await log.createTopics([{ name: changelog, partitions: 1, keep: 'compact' }])
  await log.append(changelogRecords(changelog, 0, [{ collection: 'seen', key: 'all', value: 7 }], 'writer'))
  await finish()
  expect(await comments()).toEqual(['7 before'])
})

describe('deleted records', () => {
  const left = [...records.slice(0, 3), chatLog(10)]
  const gap = { topic: topic.chatLogs, partition: 0, from: 3, to: 10 }
  const starting = (onLostPosition: 'stop' | 'continue') => {
    const log = openEmbeddedLog(temporaryFolder())
    onTestFinished(() => log.close())
    const consumer = inMemoryConsumer(left, undefined, { ...gap, after: 3 })
    const context = { ...processingContext(), log, onLostPosition }
    return { log, consumer, run: () => processPartition(counting, consumer, context, false, () => {}) }
  }

  test('are told after the commit of all records before them, once although that commit fails first, and before those after them', async () => {
    const { consumer, run } = starting('continue')
    const ended = run()
    await waitUntil('the records before the gap are committed', () => consumer.commits.length > 0)
    consumer.failCommits(new Fault('FLY_BROKER', 'away'))
    await waitUntil('all is committed', () => consumer.commits.at(-1)?.positions[0] === 'chat-logs/0@11')
    consumer.revoke()
    await ended
    expect(consumer.commits.map(({ positions }) => positions)).toEqual([
      ['chat-logs/0@3'],
      ['chat-logs/0@10'],
      ['chat-logs/0@11'],
    ])
    expect(await eventsOf(topic.lostPositions, consumer.commits[1]?.outputs ?? [])).toMatchObject([
      { service: 'sampler', effect: 'skipped', from: 3, to: 10, action: 'continue' },
    ])
  })

  test('stop the service after the commit of all records before them', async () => {
    const { log, consumer, run } = starting('stop')
    await log.createTopics(requiredTopics())
    await expect(run()).rejects.toMatchObject({ code: 'FLY_POSITION' })
    expect(consumer.commits.map(({ positions }) => positions)).toEqual([['chat-logs/0@3']])
  })
})
