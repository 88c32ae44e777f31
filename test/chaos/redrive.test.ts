import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import { deadLetter } from '#runtime/dead-letters/dead-letter.ts'
import type { EventLog, LogRecord } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { readAll, textOf } from '#test/contract/event-log/support.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafka } from '#test/support/kafka/broker.ts'
import { deadLetterTopics } from '#topology/derive/definitions.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'

const service = 'strategist'

/** Dead letters of both topics in all partitions, numbered in the order of their refusal. */
async function park(log: EventLog, count: number): Promise<void> {
  const ours = [...deadLetterTopics(service), retryTopic(service)]
  await log.createTopics(requiredTopics().filter(({ name }) => ours.includes(name)))
  const records = Array.from(
    { length: count },
    (_none, at): LogRecord => ({
      ...{ topic: at % 5 === 0 ? topic.releases : topic.datasets, partition: at % 3, offset: at, timestamp: 1 },
      ...{ key: Buffer.from(`agent-${at % 3}`), value: Buffer.from(String(at)), headers: {} },
    }),
  )
  const fault = new Fault('FLY_LEAK', 'refused')
  await log.append(records.map(record => deadLetter(service, record, fault, 1)))
}

/** Every dead letter is there once, and those of one topic and key in the order of their refusal. */
const expectMovedOnce =
  (count: number) =>
  async (log: EventLog): Promise<void> => {
    const moved = await readAll(log, [retryTopic(service)])
    expect(moved).toHaveLength(count)
    for (const name of [topic.datasets, topic.releases])
      for (const partition of [0, 1, 2]) {
        const isHere = (record: LogRecord): boolean => record.partition === partition
        const parked = (await readAll(log, [deadLetterTopic(name, service)])).filter(isHere)
        const again = moved.filter(record => isHere(record) && record.headers['dlq.topic'] === name)
        expect(again.map(textOf).join()).toBe(parked.map(textOf).join())
      }
  }

async function killed(child: ChildProcess): Promise<void> {
  onTestFinished(() => void child.kill('SIGKILL'))
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

async function finished(child: ChildProcess): Promise<void> {
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr?.on('data', chunk => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  expect(code, said).toBe(0)
}

const started = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
/** Is killed after so many writes. */
const mortal = (where: string, ...writes: readonly string[]) =>
  started('test/support/processes/killable-redrive.ts', where, ...writes)

describe('on the embedded log', () => {
  const prepared = async (count: number) => {
    const home = temporaryFolder()
    const within = async <T>(use: (log: EventLog) => Promise<T>): Promise<T> => {
      const log = openEmbeddedLog(home)
      return use(log).finally(() => log.close())
    }
    await within(log => park(log, count))
    return {
      home,
      moved: () => within(log => log.count(retryTopic(service))),
      once: () => within(expectMovedOnce(count)),
    }
  }

  test('a re-drive that is killed after each of its writes moves each dead letter once', async () => {
    const { home, moved, once: expectOnce } = await prepared(3_000)
    while ((await moved()) < 3_000) await killed(mortal(home, '1'))
    await expectOnce()
    await finished(mortal(home))
    await expectOnce()
  })

  test('so does the command, killed in the midst', async () => {
    const { home, moved, once: expectOnce } = await prepared(30_000)
    const start = () => started('services/_cli/main.ts', 'dlq', 'redrive', service, '--home', home)
    const child = start()
    child.stderr?.once('data', () => child.kill('SIGKILL'))
    await killed(child)
    expect(await moved()).toBeGreaterThan(0)
    expect(await moved()).toBeLessThan(30_000)
    await finished(start())
    await expectOnce()
  })
})

const kafka = await startKafka({ brokers: 1 })
afterAll(() => kafka?.stop())

describe.skipIf(!kafka)('on a real broker', () => {
  test('a re-drive that is killed moves each dead letter once, also when two others finish it together', async () => {
    const brokers = kafka?.brokers ?? ''
    const log = await openKafkaLog({ brokers: [brokers], clientId: 'test', replication: 1 })
    onTestFinished(() => log.close())
    await park(log, 9_000)
    await killed(mortal(brokers, '1'))
    expect(await log.count(retryTopic(service))).toBeLessThan(9_000)
    await Promise.all([finished(mortal(brokers)), finished(mortal(brokers))])
    await expectMovedOnce(9_000)(log)
  })
})
