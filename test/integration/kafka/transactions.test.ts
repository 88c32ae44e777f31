import { createRequire } from 'node:module'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import type { EventLog, LogRecord, PartitionConsumer } from '#runtime/log/event-log.ts'
import { createClusterQuery } from '#runtime/log/kafka/admin/cluster-query.ts'
import type { KafkaSettings } from '#runtime/log/kafka/connection/client.ts'
import type { KafkajsBroker } from '#runtime/log/kafka/connection/kafkajs-broker.ts'
import { errorOfCode } from '#runtime/log/kafka/connection/kafkajs-patches.ts'
import type { GroupObserver } from '#runtime/log/kafka/group-observer.ts'
import { openPartitionTransactions } from '#runtime/log/kafka/produce/transaction.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
import { createTopic, joinInBackground, readAll, record, texts, uniqueName } from '#test/contract/event-log/support.ts'
import { breakConnectionAt } from '#test/support/kafka/break-connection.ts'
import { kafkaRequests } from '#test/support/kafka/request-numbers.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { brokers, kafka, openLog } from './kafka.support.ts'

const settings: KafkaSettings = { brokers, clientId: 'test', replication: 1, sessionMs: 6_000 }
const open = (observer?: GroupObserver) => openLog({ ...settings, observer })

/** A topic with three records, one to copy them to, and a group. */
async function threeRecords(log: EventLog) {
  const [input, output] = [await createTopic(log, 1), await createTopic(log, 1)]
  await log.append([1, 2, 3].map(number => record(input, 'k', number)))
  return { input, output, group: uniqueName('group') }
}

/** What a process does that takes a partition over; `commit` moves the group's position as well. */
async function takeOver(group: string, topic: string, commit: boolean): Promise<void> {
  const query = createClusterQuery(settings)
  const { signal } = new AbortController()
  const other = await openPartitionTransactions({ settings, query, group, topics: [topic], partition: 0, signal })
  if (commit) await other.commit([], [{ topic, partition: 0, offset: 1 }])
  await other.close()
  await query.close()
}

/** Kafka shows a commit a moment after it has answered. */
async function expectTexts(log: EventLog, topic: string, expected: readonly string[]): Promise<void> {
  await waitUntil('all is visible', async () => (await countRecords(log, topic)) >= expected.length)
  expect(texts(await readAll(log, [topic]))).toEqual(expected)
}

/** Commits all that comes; tells the codes of commits that failed, and goes on as the runtime does. */
const copying = (output: string, codes: string[], before: () => Promise<void>) => async (task: PartitionConsumer) => {
  let records: readonly LogRecord[] = []
  while (!task.signal.aborted) {
    if (records.length === 0) records = await task.poll(10)
    if (records.length === 0) continue
    if (codes.length === 0) await before()
    try {
      await task.commit(
        records.map(one => record(output, 'k', texts([one])[0] ?? '')),
        positionsAfter(records),
      )
      codes.push('committed')
      records = []
    } catch (error) {
      const { code } = error as { code: string }
      codes.push(code)
      // As the runtime does: it looks for more before it ends.
      if (code === 'FLY_FENCED') await task.poll(1)
    }
  }
}

describe.skipIf(!kafka)('a Kafka commit', () => {
  test('of a zombie is refused, leaves nothing, and its process joins the group anew: both are told', async () => {
    const told = { assigned: 0, fenced: 0, bytes: 0 }
    const log = await open({
      onAssigned: () => void told.assigned++,
      onFenced: () => void told.fenced++,
      onFetchedBytes: (_group, change) => {
        told.bytes += change
      },
    })
    const { input, output, group } = await threeRecords(log)
    const codes: string[] = []
    const member = joinInBackground(
      log,
      group,
      [input],
      copying(output, codes, () => takeOver(group, input, false)),
    )
    await waitUntil('it has committed after all', () => codes.includes('committed'))
    await member.stop()
    expect(codes).toEqual(['FLY_FENCED', 'committed'])
    expect(told).toEqual({ assigned: 2, fenced: 1, bytes: 0 })
    await expectTexts(log, output, ['1', '2', '3'])
  })

  test('whose answer is lost has happened, and is not done again', async () => {
    const log = await open()
    const { input, output, group } = await threeRecords(log)
    const codes: string[] = []
    const breaking = async (): Promise<void> => {
      const { broken } = breakConnectionAt(kafkaRequests.endTransaction, 'before its answer')
      onTestFinished(() => expect(broken()).toBe(true))
    }
    const member = joinInBackground(log, group, [input], copying(output, codes, breaking))
    await waitUntil('it has committed', () => codes.includes('committed'))
    await log.append([record(input, 'k', 4)])
    await waitUntil('it goes on', () => codes.length === 2)
    await member.stop()
    expect(codes).toEqual(['committed', 'committed'])
    await expectTexts(log, output, ['1', '2', '3', '4'])
  })

  test('whose request is lost has not happened, and the same records come again', async () => {
    const log = await open()
    const { input, output, group } = await threeRecords(log)
    const codes: string[] = []
    const breaking = async (): Promise<void> =>
      void breakConnectionAt(kafkaRequests.endTransaction, 'before it is sent')
    const member = joinInBackground(log, group, [input], copying(output, codes, breaking))
    await waitUntil('it has committed', () => codes.includes('committed'))
    await member.stop()
    expect(codes).toEqual(['FLY_BROKER', 'committed'])
    await expectTexts(log, output, ['1', '2', '3'])
  })

  test.each(['metadata', 'addPartitionsToTxn', 'txnOffsetCommit'] as const)(
    'waits where a broker does not know a topic for a moment (in its answer to %s)',
    async method => {
      const log = await open()
      const { input, output, group } = await threeRecords(log)
      const codes: string[] = []
      const forget = async (): Promise<void> => {
        const { refused } = refuseUnknownTopic(method, 6)
        onTestFinished(() => expect(refused()).toBe(6))
      }
      const member = joinInBackground(log, group, [input], copying(output, codes, forget))
      await Promise.race([waitUntil('it has committed', () => codes.includes('committed')), member.done])
      await member.stop()
      expect(codes).toEqual(['committed'])
      await expectTexts(log, output, ['1', '2', '3'])
    },
  )

  test('that fails otherwise notices, while it finds out, that another process has gone on', async () => {
    const log = await open()
    const { input, output, group } = await threeRecords(log)
    const codes: string[] = []
    const before = async (): Promise<void> => {
      await takeOver(group, input, true)
      // The connection breaks before the broker can say that this is a zombie.
      breakConnectionAt(kafkaRequests.addPartitions, 'before it is sent')
    }
    const member = joinInBackground(log, group, [input], copying(output, codes, before))
    await waitUntil('it has committed', () => codes.includes('committed'))
    await member.stop()
    expect(codes).toEqual(['FLY_FENCED', 'committed'])
    await expectTexts(log, output, ['2', '3'])
  })
})

const unknownTopicCode = 3

/** The next requests of that kind that this process sends are refused as by a broker that does not know the topic. */
function refuseUnknownTopic(
  method: 'metadata' | 'addPartitionsToTxn' | 'txnOffsetCommit',
  times: number,
): { readonly refused: () => number } {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker') as { readonly prototype: KafkajsBroker }
  const spy = vi.spyOn(prototype, method)
  for (let time = 0; time < times; time++) spy.mockRejectedValueOnce(errorOfCode(unknownTopicCode))
  onTestFinished(() => spy.mockRestore())
  return { refused: () => Math.min(times, spy.mock.calls.length) }
}
