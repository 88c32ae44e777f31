import { expect, test } from 'vitest'
import type { EventLog, PartitionConsumer } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
import { createTopic, joinInBackground, openForTest, record, uniqueName } from '#test/contract/event-log/support.ts'
import { sharedKafka } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'

const kafka = await sharedKafka()
const brokers = [kafka?.brokers ?? '']
const open = async (): Promise<EventLog> =>
  (await openForTest(async () => ({ log: await openKafkaLog({ brokers, clientId: 'test', replication: 1 }) }))).log

test.skipIf(!kafka)(
  'a commit that comes too late for a partition handed over disturbs no other partition',
  async () => {
    const [one, two] = [await open(), await open()]
    const input = await createTopic(one, 2)
    const group = uniqueName('group')
    const taken: number[] = []
    const refused: string[] = []
    const works: PartitionConsumer[] = []
    const first = joinInBackground(one, group, [input], async task => {
      works.push(task)
      const records = await task.poll(1)
      await waitUntil('it is to end', () => task.signal.aborted)
      await waitUntil('it was handed over', () => taken.includes(task.partition) || refused.length > 0)
      await task.commit([], positionsAfter(records)).catch(error => refused.push(error.code))
    })
    await one.append([0, 1].map(partition => ({ ...record(input, 'k', partition), partition })))
    await waitUntil('the first has both', () => works.length === 2)
    const second = joinInBackground(two, group, [input], async ({ partition, signal }) => {
      taken.push(partition)
      await waitUntil('it is to end', () => signal.aborted)
    })
    await waitUntil('the late commit was refused', () => refused.length === 1)
    expect(refused).toEqual(['FLY_FENCED'])
    const kept = works.find(({ partition }) => !taken.includes(partition))
    expect(kept?.signal.aborted).toBe(false)
    await Promise.all([first.stop(), second.stop()])
  },
)
