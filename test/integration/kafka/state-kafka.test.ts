import { describe, expect, test } from 'vitest'
import type { EventLog, LogRecord } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { isBarrier } from '#runtime/state/changelog.ts'
import { restoreState } from '#runtime/state/restore.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import type { State } from '#runtime/state/state.ts'
import { createTopic, openForTest, record, uniqueName } from '#test/contract/event-log/support.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { sharedKafka } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { stateTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { appendInBackground, spawnScript } from './members.support.ts'

const kafka = await sharedKafka()
const brokers = kafka?.brokers ?? ''
const partitions = 4

/** A service that remembers, its input, and a home that its processes share. */
async function remembering() {
  const opened = await openKafkaLog({ brokers: [brokers], clientId: 'test', replication: 1, sessionMs: 6_000 })
  const { log } = await openForTest(async () => ({ log: opened }))
  const service = uniqueName('remembers') as ServiceName
  const input = await createTopic(log, partitions)
  await log.createTopics([{ name: stateTopic(service), partitions, keep: 'compact' }])
  const home = temporaryFolder()
  const start = (commits = 0) => {
    const { said, ...member } = spawnScript('stateful-member.ts', brokers, service, input, home, String(commits))
    const restored = (): Restored[] =>
      said()
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line))
    return { ...member, restored }
  }
  return { log, service, input, home, start }
}

type Restored = { readonly partition: number; readonly keys: number; readonly read: number }

const contentOf = (state: State): unknown[] => [...state.entries('seen')]

/** The state of all partitions, with what is left of the copies and without. */
async function states(log: EventLog, service: ServiceName, home: string) {
  const topic = stateTopic(service)
  const { signal } = new AbortController()
  const warnings: string[] = []
  const copies = createSnapshotOpener(home, { warn: (_about: object, what: string) => warnings.push(what) } as never)
  let read = 0
  const counting: EventLog = {
    ...log,
    read: (topics, options, onRecords, ending) => {
      const counted = (records: readonly LogRecord[]) => {
        read += records.filter(record => !isBarrier(record)).length
        return onRecords(records)
      }
      return log.read(topics, options, counted, ending)
    },
  }
  const [copied, folded]: [unknown[], unknown[]] = [[], []]
  for (let partition = 0; partition < partitions; partition++) {
    const copy = await copies(service, partition, signal)
    copied.push(contentOf(await restoreState(counting, topic, partition, signal, { snapshot: copy })))
    copy?.close()
    folded.push(contentOf(await restoreState(log, topic, partition, signal)))
  }
  return { copied, folded, read, warnings }
}

describe.skipIf(!kafka)('what a service remembers on Kafka', () => {
  test('is there after a restart, for which one record is read instead of the changelog', async () => {
    const { log, service, input, home, start } = await remembering()
    await log.append(Array.from({ length: 400 }, (_, n) => ({ ...record(input, `k${n % 100}`, n), partition: n % 4 })))
    const first = start()
    await waitUntil('all is consumed', async () =>
      (await log.lag(service, [input])).every(({ records }) => records === 0),
    )
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    const second = start()
    await waitUntil('the second has restored', () => second.restored().length === partitions)
    expect(second.restored().map(({ keys, read }) => ({ keys, read }))).toEqual(
      Array(partitions).fill({ keys: 25, read: 1 }),
    )
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    const { copied, folded, warnings } = await states(log, service, home)
    expect(copied).toEqual(folded)
    expect(warnings).toEqual([])
  })

  test('loses nothing in a process that is killed between a commit and the write of its copy', async () => {
    const { log, service, input, home, start } = await remembering()
    await log.append(Array.from({ length: 200 }, (_, n) => ({ ...record(input, `k${n}`, n), partition: 2 })))
    const doomed = start(4)
    await doomed.ended
    const committed = await log.committed(service, [input])
    const { copied, folded, read, warnings } = await states(log, service, home)
    expect(folded[2]).toHaveLength(80)
    expect(copied).toEqual(folded)
    expect(committed.filter(({ offset }) => offset > 0).map(({ partition }) => partition)).toEqual([2])
    // The last record that the copy had, and the commit that it had not.
    expect(read).toBe(1 + 20)
    expect(warnings).toEqual([])
  })

  test('is handed over between processes that share a home, with its copies', async () => {
    const { log, service, input, home, start } = await remembering()
    const flow = appendInBackground(log, input)
    const one = start()
    await waitUntil('the first has all partitions', () => one.restored().length === partitions)
    const two = start()
    await waitUntil('the second has its half', () => two.restored().length === partitions / 2)
    one.child.kill('SIGKILL')
    await one.ended
    const before = two.restored().length
    await waitUntil(
      'the second has them all',
      () => new Set(two.restored().map(given => given.partition)).size === partitions,
    )
    const count = await flow.stop()
    await waitUntil('all is consumed', async () =>
      (await log.lag(service, [input])).every(({ records }) => records === 0),
    )
    // A process that dies leaves its copies: they lack one commit at most.
    for (const { read } of two.restored().slice(before)) expect(read).toBeLessThanOrEqual(1 + 20)
    two.child.kill('SIGTERM')
    expect(await two.ended).toBe(0)
    const { copied, folded } = await states(log, service, home)
    expect(copied).toEqual(folded)
    const seen = folded.flat() as [key: string, { count: number; last: number }][]
    expect(seen.reduce((sum, [, { count: times }]) => sum + times, 0)).toBe(count)
    for (const [key, { last }] of seen) expect(key).toBe(`key-${last % 50}`)
    expect(seen).toHaveLength(50)
  })
})
