import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type {
  EventLog,
  LogRecord,
  NewRecord,
  PartitionConsumer,
  ReadOptions,
  TopicPartition,
  TopicSpec,
} from '#runtime/log/event-log.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
import { waitUntil } from '#test/support/wait-until.ts'

/** A log to test; `restart` closes it and opens it again, as a new process does. */
export type OpenedLog = { readonly log: EventLog; readonly restart?: () => Promise<EventLog> }
export type OpenLog = () => Promise<OpenedLog>

/** Opens a log and closes it after the test. */
export async function openForTest(open: OpenLog): Promise<Required<OpenedLog>> {
  const opened = await open()
  let current = opened.log
  onTestFinished(() => current.close())
  const restart = async (): Promise<EventLog> => {
    if (opened.restart) current = await opened.restart()
    return current
  }
  return { log: opened.log, restart }
}

/** A unique name: tests share one log. */
export const uniqueName = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`

export async function createTopic(log: EventLog, partitions = 3, keep: TopicSpec['keep'] = 'forever'): Promise<string> {
  const name = uniqueName('contract')
  await log.createTopics([{ name, partitions, keep }])
  return name
}

export const record = (topic: string, key: string | null, value: string | number): NewRecord => ({
  topic,
  key,
  value: Buffer.from(String(value)),
})

export const textOf = ({ value }: LogRecord): string => value?.toString() ?? 'null'
export const keyOf = ({ key }: LogRecord): string => key?.toString() ?? 'null'
export const texts = (records: readonly LogRecord[]): string[] => records.map(textOf)

/** By topic and partition: a log gives them in any order. */
export const sorted = <P extends TopicPartition>(positions: readonly P[]): P[] =>
  positions.toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition)

/** The records that a topic holds now. */
export async function readAll(
  log: EventLog,
  topics: readonly string[],
  options: Partial<ReadOptions> = {},
): Promise<LogRecord[]> {
  const all: LogRecord[] = []
  const keep = (records: readonly LogRecord[]): void => void all.push(...records)
  await log.read(topics, { from: 'beginning', follow: false, ...options }, keep, new AbortController().signal)
  return all
}

/** Work in the background until `stop`, at the latest until the test ends. */
export type BackgroundTask = { readonly stop: () => Promise<void>; readonly done: Promise<void> }

function runInBackground(start: (signal: AbortSignal) => Promise<void>): BackgroundTask {
  const ending = new AbortController()
  const done = start(ending.signal)
  // `stop` or the test awaits it; until then a rejection must not count as unhandled.
  done.catch(() => {})
  const stop = (): Promise<void> => {
    ending.abort()
    return done
  }
  onTestFinished(() => stop().catch(() => {}))
  return { stop, done }
}

export const joinInBackground = (
  log: EventLog,
  group: string,
  topics: readonly string[],
  work: (task: PartitionConsumer) => Promise<void>,
  onMembership?: (partitions: number | undefined) => void,
): BackgroundTask => runInBackground(signal => log.join(group, topics, work, signal, onMembership))

/** Work that commits what it polls, with the `outputs` of it; calls back after the commit. */
export const commitEach =
  (
    onRecords: (records: readonly LogRecord[], task: PartitionConsumer) => void,
    outputs: (records: readonly LogRecord[]) => readonly NewRecord[] = () => [],
  ) =>
  async (task: PartitionConsumer): Promise<void> => {
    while (!task.signal.aborted) {
      const records = await task.poll(100)
      if (records.length === 0) continue
      await task.commit(outputs(records), positionsAfter(records))
      onRecords(records, task)
    }
  }

/** Joins a group, consumes and commits until it has `count` records, and leaves. */
export async function consume(
  log: EventLog,
  group: string,
  topics: readonly string[],
  count: number,
  outputs: (records: readonly LogRecord[]) => readonly NewRecord[] = () => [],
): Promise<LogRecord[]> {
  const seen: LogRecord[] = []
  const member = joinInBackground(
    log,
    group,
    topics,
    commitEach(records => void seen.push(...records), outputs),
  )
  await Promise.race([waitUntil(`${group} consumes ${count} records`, () => seen.length >= count), member.done])
  await member.stop()
  return seen
}

/** Follows topics in the background. */
export function readInBackground(
  log: EventLog,
  topics: readonly string[],
  options: Partial<ReadOptions>,
): BackgroundTask & { readonly seen: LogRecord[]; readonly caughtUp: Promise<number> } {
  const seen: LogRecord[] = []
  const caughtUp = Promise.withResolvers<number>()
  const onCaughtUp = (): void => caughtUp.resolve(seen.length)
  const reading = runInBackground(signal =>
    log.read(
      topics,
      { from: 'beginning', follow: true, onCaughtUp, ...options },
      records => void seen.push(...records),
      signal,
    ),
  )
  return { ...reading, seen, caughtUp: Promise.race([caughtUp.promise, reading.done.then(() => -1)]) }
}
