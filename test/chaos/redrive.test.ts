import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import { deadLetter } from '#runtime/dead-letters/dead-letter.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import type { EventLog, LogRecord } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { readAll, textOf } from '#test/contract/event-log/support.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafka } from '#test/support/kafka/broker.ts'
import { deadLetterTopics } from '#topology/derive/definitions.ts'
import { deadLetterTopic, resolvedTopic, retryTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'

const service = 'strategist'

/** Appends dead letters of both topics in all partitions, numbered in the order of their refusal. */
async function appendDeadLetters(log: EventLog, count: number): Promise<void> {
  const ours = [...deadLetterTopics(service), retryTopic(service), resolvedTopic(service)]
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

/** Every dead letter was moved once, those of one topic and key in the order of their refusal. */
const expectMovedOnce =
  (count: number) =>
  async (log: EventLog): Promise<void> => {
    const moved = await readAll(log, [retryTopic(service)])
    expect(moved).toHaveLength(count)
    for (const name of [topic.datasets, topic.releases])
      for (const partition of [0, 1, 2]) {
        const isOfPartition = (record: LogRecord): boolean => record.partition === partition
        const refused = (await readAll(log, [deadLetterTopic(name, service)])).filter(isOfPartition)
        const redriven = moved.filter(record => isOfPartition(record) && record.headers['dlq.topic'] === name)
        expect(redriven.map(textOf).join()).toBe(refused.map(textOf).join())
      }
  }

async function killed(child: ChildProcess): Promise<void> {
  onTestFinished(() => void child.kill('SIGKILL'))
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

async function finished(child: ChildProcess): Promise<void> {
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stderr?.on('data', chunk => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  expect(code, output).toBe(0)
}

const started = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
/** A re-drive that kills itself after so many writes. */
const killableRedrive = (where: string, ...writes: readonly string[]) =>
  started('test/support/processes/killable-redrive.ts', where, ...writes)

describe('on the embedded log', () => {
  const prepared = async (count: number) => {
    const home = temporaryFolder()
    const within = async <T>(use: (log: EventLog) => Promise<T>): Promise<T> => {
      const log = openEmbeddedLog(home)
      return use(log).finally(() => log.close())
    }
    await within(log => appendDeadLetters(log, count))
    return {
      home,
      moved: () => within(log => countRecords(log, retryTopic(service))),
      once: () => within(expectMovedOnce(count)),
    }
  }

  test('a re-drive that is killed after each of its writes moves each dead letter once', async () => {
    const { home, moved, once: expectOnce } = await prepared(3_000)
    // The first writes make a process the owner of the partitions; a round of seven moves some at least.
    for (let round = 0; (await moved()) < 3_000; round++) await killed(killableRedrive(home, String(1 + (round % 7))))
    await expectOnce()
    await finished(killableRedrive(home))
    await expectOnce()
  })

  test('so does the command, killed while it runs', async () => {
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
  test('a re-drive that is killed moves each dead letter once, also when two others finish it at the same time', async () => {
    const brokers = kafka?.brokers ?? ''
    const log = await openKafkaLog({ brokers: [brokers], clientId: 'test', replication: 1 })
    onTestFinished(() => log.close())
    await appendDeadLetters(log, 9_000)
    await killed(killableRedrive(brokers, '5'))
    expect(await countRecords(log, retryTopic(service))).toBeLessThan(9_000)
    await Promise.all([finished(killableRedrive(brokers)), finished(killableRedrive(brokers))])
    await expectMovedOnce(9_000)(log)
  })
})
