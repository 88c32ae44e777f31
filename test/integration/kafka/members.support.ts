import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import type { EventLog, PartitionConsumer } from '#runtime/log/event-log.ts'
import { commitEach, keyOf, readAll, record, texts } from '#test/contract/event-log/support.ts'
import { waitUntil } from '#test/support/wait-until.ts'

/** Appends numbers, 50 keys in turn, until it is stopped; answers how many. */
export function appendInBackground(log: EventLog, topic: string): { readonly stop: () => Promise<number> } {
  let next = 0
  let stopped = false
  const done = (async () => {
    while (!stopped) {
      const numbers = Array.from({ length: 25 }, () => next++)
      await log.append(numbers.map(number => record(topic, `key-${number % 50}`, number)))
    }
    return next
  })()
  const stop = (): Promise<number> => {
    stopped = true
    return done
  }
  onTestFinished(() => void stop().catch(() => {}))
  return { stop }
}

/** Nothing lost, nothing doubled, the order of each key kept. */
export async function expectCopied(log: EventLog, output: string, count: number): Promise<void> {
  await waitUntil(`${count} records are copied`, async () => (await countRecords(log, output)) >= count, 60_000)
  const all = await readAll(log, [output])
  const inOrder = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b)
  expect(inOrder(texts(all).map(Number))).toEqual(Array.from({ length: count }, (_, number) => number))
  for (const own of Map.groupBy(all, keyOf).values()) {
    const numbers = texts(own).map(Number)
    expect(numbers).toEqual(inOrder(numbers))
  }
}

/** Work that copies what it is given; `given` is told of each partition. */
export const copyRecords = (output: string, given: (task: PartitionConsumer) => void) => (task: PartitionConsumer) => {
  given(task)
  return commitEach(
    () => {},
    records => records.map(one => record(output, keyOf(one), texts([one])[0] ?? '')),
  )(task).catch(error => {
    // A member that is told late finds out by being fenced.
    if (error.code !== 'FLY_FENCED') throw error
  })
}

/** `test/support/kafka/member.ts` in a process of its own: brokers, group, input, output. */
export const spawnMember = (...args: readonly string[]) => spawnScript('member.ts', ...args)

/** A script of `test/support/kafka` in a process of its own. */
export function spawnScript(
  name: string,
  ...args: readonly string[]
): {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
} {
  const script = fileURLToPath(new URL(`../../support/kafka/${name}`, import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    said += data
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  return { child, said: () => said, ended }
}
