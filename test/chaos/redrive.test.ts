import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { deadLetter } from '#runtime/dead-letter.ts'
import { Fault } from '#runtime/faults.ts'
import { openEmbeddedLog } from '#runtime/log/embedded.ts'
import { openKafkaLog } from '#runtime/log/kafka.ts'
import type { EventLog, LogRecord } from '#runtime/log.ts'
import { readAll, textOf } from '#test/contract/event-log.support.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafka } from '#test/support/kafka.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import { deadLetterTopics } from '#topology/derive/plans.ts'
import { wanted } from '#topology/derive/wanted.ts'
import { topic } from '#topology/names.ts'

const service = 'strategist'
const count = 30_000

/** Dead letters of both topics in all partitions, numbered in the order of their refusal. */
async function park(log: EventLog): Promise<void> {
  const ours = [...deadLetterTopics(service), retryTopic(service)]
  await log.createTopics(wanted().filter(({ name }) => ours.includes(name)))
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
async function expectMovedOnce(log: EventLog): Promise<void> {
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

/** Kills the process as soon as it says that something was moved, so in the midst of the rest. */
async function killedAtWork(child: ChildProcess): Promise<void> {
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stderr?.once('data', () => child.kill('SIGKILL'))
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

test('a re-drive of an embedded log that is killed twice moves each dead letter once', async () => {
  const home = temporaryFolder()
  const open = () => openEmbeddedLog(home, { clock: systemClock })
  const within = async (use: (log: EventLog) => Promise<void>): Promise<void> => {
    const log = open()
    await use(log).finally(() => log.close())
  }
  const start = () =>
    spawn(process.execPath, ['services/_cli/main.ts', 'dlq', 'redrive', service, '--home', home], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  await within(park)
  for (let before = 0, round = 0; round < 2; round++) {
    await killedAtWork(start())
    await within(async log => {
      const moved = await log.count(retryTopic(service))
      expect(moved).toBeGreaterThan(before)
      expect(moved).toBeLessThan(count)
      before = moved
    })
  }
  await finished(start())
  await within(expectMovedOnce)
  await finished(start())
  await within(expectMovedOnce)
})

const kafka = await startKafka({ brokers: 1 })
afterAll(() => kafka?.stop())

describe.skipIf(!kafka)('on a real broker', () => {
  test('a re-drive that is killed moves each dead letter once, also when two others finish it together', async () => {
    const brokers = kafka?.brokers ?? ''
    const log = await openKafkaLog({ brokers: [brokers], clientId: 'test', replication: 1 })
    onTestFinished(() => log.close())
    const start = () =>
      spawn(process.execPath, ['test/support/redrive.ts', brokers], { stdio: ['ignore', 'ignore', 'pipe'] })
    await park(log)
    await killedAtWork(start())
    expect(await log.count(retryTopic(service))).toBeLessThan(count)
    await Promise.all([finished(start()), finished(start())])
    await expectMovedOnce(log)
  })
})
