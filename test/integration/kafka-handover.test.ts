import { expect, test } from 'vitest'
import type { EventLog, Task } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { createTopic, joined, openFor, positionsAfter, record, unique } from '#test/contract/event-log.support.ts'
import { sharedKafka } from '#test/support/servers.ts'
import { until } from '#test/support/until.ts'

const kafka = await sharedKafka()
const brokers = [kafka?.brokers ?? '']
const open = async (): Promise<EventLog> =>
  (await openFor(async () => ({ log: await openKafkaLog({ brokers, clientId: 'test', replication: 1 }) }))).log

test.skipIf(!kafka)(
  'a commit that comes too late for a partition handed over disturbs no other partition',
  async () => {
    const [one, two] = [await open(), await open()]
    const input = await createTopic(one, 2)
    const group = unique('group')
    const taken: number[] = []
    const refused: string[] = []
    const works: Task[] = []
    const first = joined(one, group, [input], async task => {
      works.push(task)
      const records = await task.poll(1)
      await until('it is to end', () => task.signal.aborted)
      await until('it was handed over', () => taken.includes(task.partition) || refused.length > 0)
      await task.commit([], positionsAfter(records)).catch(error => refused.push(error.code))
    })
    await one.append([0, 1].map(partition => ({ ...record(input, 'k', partition), partition })))
    await until('the first has both', () => works.length === 2)
    const second = joined(two, group, [input], async ({ partition, signal }) => {
      taken.push(partition)
      await until('it is to end', () => signal.aborted)
    })
    await until('the late commit was refused', () => refused.length === 1)
    expect(refused).toEqual(['FLY_FENCED'])
    const kept = works.find(({ partition }) => !taken.includes(partition))
    expect(kept?.signal.aborted).toBe(false)
    await Promise.all([first.stop(), second.stop()])
  },
)
