import { type ReadableRecord, toReadableRecord } from '#runtime/codec/readable-record.ts'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type ReadFrom, startPositions } from '#runtime/host/records.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { type CallHolder, jsonLines, type OpenedLog, withLogOrHolder } from './open-log.ts'

export type RecordReadOptions = {
  readonly from: ReadFrom
  /** Wait for new records until the signal, instead of stopping at the end of the topic. */
  readonly follow: boolean
}

type OnRecords = (records: readonly ReadableRecord[]) => void | Promise<void>

/** The records of a log, read directly or through the process that holds it. */
export type RecordReader = {
  /** Topics that exist; through a process only those of the map. */
  readonly topics: () => Promise<readonly string[]>
  /** FLY_USAGE with the known topics when there is no such topic. */
  readonly requireTopic: (topic: string) => Promise<void>
  /**
   * Passes batches of records, each after the one before was handled. FLY_USAGE as above. When the signal comes before the end
   * of the topic and `follow` is false, it throws and the exit code of this process is 1: the records are not complete.
   */
  readonly read: (topic: string, how: RecordReadOptions, onRecords: OnRecords) => Promise<void>
}

/** Reads records from the log that the settings name, see `withLogOrHolder`. */
export async function withRecordReader(
  settings: Settings,
  signal: AbortSignal,
  use: (records: RecordReader) => Promise<void>,
): Promise<void> {
  const completing = ({ read, ...reader }: RecordReader): RecordReader => ({
    ...reader,
    async read(topic, how, onRecords) {
      try {
        await read(topic, how, onRecords)
      } finally {
        if (!how.follow) throwIfInterrupted(signal)
      }
    },
  })
  await withLogOrHolder(settings, signal, {
    log: opened => use(completing(recordsOfLog(opened, signal))),
    holder: call => use(completing(recordsOfHolder(call))),
  })
}

/** Throws when the signal came, and sets the exit code of this process to 1: its result is not complete. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) process.exitCode = 1
  signal.throwIfAborted()
}

function recordsOfLog({ log, codec }: OpenedLog, signal: AbortSignal): RecordReader {
  const topics = async (): Promise<readonly string[]> => (await log.topics()).map(({ name }) => name)
  const requireTopic = async (topic: string): Promise<void> => {
    const known = await topics()
    if (!known.includes(topic)) throw unknownTopic(topic, known)
  }
  return {
    topics,
    requireTopic,
    async read(topic, { from, follow }, onRecords) {
      await requireTopic(topic)
      await log.read(
        [topic],
        { from: await startPositions(log, topic, from), follow },
        async records => onRecords(await Promise.all(records.map(record => toReadableRecord(codec, record)))),
        signal,
      )
    },
  }
}

function recordsOfHolder(call: CallHolder): RecordReader {
  /** Undefined where there is no such topic. */
  const request = async (topic: string, { from, follow }: RecordReadOptions): Promise<Response | undefined> => {
    const answer = await call(`/v1/records/${encodeURIComponent(topic)}?from=${from}&follow=${follow}`)
    return answer.ok ? answer : undefined
  }
  const exists = async (topic: string): Promise<boolean> => {
    const answer = await request(topic, { from: 'end', follow: false })
    await answer?.body?.cancel()
    return answer !== undefined
  }
  const topics = async (): Promise<readonly string[]> => {
    const names = requiredTopics().map(({ name }) => name)
    const found = await Promise.all(names.map(exists))
    return names.filter((_name, index) => found[index])
  }
  return {
    topics,
    async requireTopic(topic) {
      if (!(await exists(topic))) throw unknownTopic(topic, await topics())
    },
    async read(topic, how, onRecords) {
      const answer = await request(topic, how)
      if (answer === undefined) throw unknownTopic(topic, await topics())
      for await (const records of jsonLines(answer, `${topic} was not read to its end, run the command again`))
        await onRecords(records as readonly ReadableRecord[])
    },
  }
}

const unknownTopic = (topic: string, known: readonly string[]): Fault =>
  new Fault('FLY_USAGE', `there is no topic ${topic}; known are ${known.toSorted().join(', ')}`)
