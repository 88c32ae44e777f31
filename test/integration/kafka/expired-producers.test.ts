import { afterAll, describe, expect, test } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import type { EventLog, LogRecord, PartitionConsumer } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
import {
  createTopic,
  joinInBackground,
  keyOf,
  openForTest,
  readAll,
  record,
  texts,
  uniqueName,
} from '#test/contract/event-log/support.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { waitUntil } from '#test/support/wait-until.ts'

/** Forgets a transactional id that is not used for two seconds, as Kafka does after seven days by default. */
const kafka = await startKafkaFromJars({
  brokers: 1,
  properties: usual => ({
    ...usual,
    'transactional.id.expiration.ms': 2_000,
    'transaction.remove.expired.transaction.cleanup.interval.ms': 200,
  }),
})
afterAll(() => kafka?.stop())

/** Whether the broker has forgotten a transactional id: its own topic has a tombstone for it then. */
async function isForgotten(log: EventLog, transactionalId: string): Promise<boolean> {
  const changes = await readAll(log, ['__transaction_state'])
  const last = changes.findLast(change => keyOf(change).includes(transactionalId))
  return last !== undefined && last.value === null
}

/** Copies what comes, as the runtime does after a commit that failed; `codes` are those of commits that failed. */
const copying = (output: string, begun: number[], codes: string[]) => async (consumer: PartitionConsumer) => {
  begun.push(consumer.partition)
  let records: readonly LogRecord[] = []
  while (!consumer.signal.aborted) {
    if (records.length === 0) records = await consumer.poll(10)
    if (records.length === 0) continue
    try {
      const copies = records.map(one => record(output, 'k', one.value?.toString() ?? ''))
      await consumer.commit(copies, positionsAfter(records))
      records = []
    } catch (error) {
      const { code } = error as { code: string }
      codes.push(code)
      if (code === 'FLY_FENCED') return
    }
  }
}

describe.skipIf(!kafka)('partitions that were quiet until Kafka forgot their producers', () => {
  test('go on by themselves: none is begun anew, nothing is lost or doubled', async () => {
    const open = () => openKafkaLog({ brokers: [kafka?.brokers ?? ''], clientId: 'test', replication: 1 })
    const { log } = await openForTest(async () => ({ log: await open() }))
    const [input, output] = [await createTopic(log, 2), await createTopic(log, 1)]
    const group = uniqueName('group')
    const [begun, codes]: [number[], string[]] = [[], []]
    joinInBackground(log, group, [input], copying(output, begun, codes))
    const append = (value: string) =>
      log.append([0, 1].map(partition => ({ ...record(input, 'k', `${value}${partition}`), partition })))
    await append('before ')
    await waitUntil('both have committed', async () => (await countRecords(log, output)) === 2)
    const started = [...begun]
    await waitUntil(
      'both ids are forgotten',
      async () => (await isForgotten(log, `${group}-0`)) && (await isForgotten(log, `${group}-1`)),
    )
    await append('after ')
    await waitUntil('both have committed again', async () => (await countRecords(log, output)) >= 4)
    expect(begun).toEqual(started)
    expect(codes).toEqual(['FLY_BROKER', 'FLY_BROKER'])
    expect(texts(await readAll(log, [output])).sort()).toEqual(['after 0', 'after 1', 'before 0', 'before 1'])
  })
})
