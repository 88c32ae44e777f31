import { type ReadableRecord, toReadableRecord } from '#runtime/codec/readable-record.ts'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openReader } from '#runtime/host/open-runtime.ts'
import { type ReadFrom, startPositions } from '#runtime/host/records.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'

export type RecordReadOptions = { readonly from: ReadFrom; readonly follow: boolean }

/** The records of a log, in the hands of whoever can open it. */
export type RecordReader = {
  /** Topics that exist; through a wheel only those that the map gives. */
  readonly topics: () => Promise<readonly string[]>
  /** FLY_USAGE naming the topics there are when this is none of them. */
  readonly requireTopic: (topic: string) => Promise<void>
  /** Hands over what there is in batches, each once the one before was dealt with. FLY_USAGE as above. */
  readonly read: (
    topic: string,
    how: RecordReadOptions,
    onRecords: (records: readonly ReadableRecord[]) => void | Promise<void>,
  ) => Promise<void>
}

/** Uses the log that the settings name; an embedded one that a running wheel holds, through that wheel. */
export async function withRecordReader(
  settings: Settings,
  signal: AbortSignal,
  use: (records: RecordReader) => Promise<void>,
): Promise<void> {
  let reader: Awaited<ReturnType<typeof openReader>>
  try {
    reader = await openReader(settings)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'FLY_HOME') throw error
    return use(recordsOverHttp(settings, error, signal))
  }
  const { log, codec } = reader
  const topics = async (): Promise<readonly string[]> => (await log.topics()).map(({ name }) => name)
  const requireTopic = async (topic: string): Promise<void> => {
    const known = await topics()
    if (!known.includes(topic)) throw unknownTopic(topic, known)
  }
  const read: RecordReader['read'] = async (topic, { from, follow }, onRecords) => {
    await requireTopic(topic)
    const begin = await startPositions(log, topic, from)
    await log.read(
      [topic],
      { from: begin, follow },
      async records => onRecords(await Promise.all(records.map(record => toReadableRecord(codec, record)))),
      signal,
    )
  }
  try {
    await use({ topics, requireTopic, read })
  } finally {
    await reader.close()
  }
}

/** A read that was stopped ends like one that is through: what needs all of it fails here, and so does its process. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) process.exitCode = 1
  signal.throwIfAborted()
}

function recordsOverHttp({ port, apiKey }: Settings, lockedFault: Fault, signal: AbortSignal): RecordReader {
  const request = async (topic: string, { from, follow }: RecordReadOptions): Promise<Response | undefined> => {
    const url = `http://127.0.0.1:${port}/v1/records/${encodeURIComponent(topic)}?from=${from}&follow=${follow}`
    const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {}
    const answer = await fetch(url, { headers, signal }).catch(error => {
      throw new Fault(
        'FLY_HOME',
        `${lockedFault.message}; and no wheel answers on port ${port}: give --port`,
        {},
        error,
      )
    })
    if (answer.status === 404) return undefined
    if (!answer.ok) throw new Fault('FLY_USAGE', `${url} answered ${answer.status}`)
    return answer
  }
  const topics = async (): Promise<readonly string[]> => {
    const names = requiredTopics().map(({ name }) => name)
    const answers = await Promise.all(names.map(name => request(name, { from: 'end', follow: false })))
    await Promise.all(answers.map(answer => answer?.body?.cancel()))
    return names.filter((_name, index) => answers[index])
  }
  return {
    topics,
    async requireTopic(topic) {
      const answer = await request(topic, { from: 'end', follow: false })
      await answer?.body?.cancel()
      if (!answer) throw unknownTopic(topic, await topics())
    },
    async read(topic, how, onRecords) {
      const answer = await request(topic, how)
      if (!answer?.body) throw unknownTopic(topic, await topics())
      for await (const lines of responseLines(answer.body, port)) await onRecords(lines.map(line => JSON.parse(line)))
    },
  }
}

/** The lines of an answer as they come in. FLY_BROKER when it is broken off. */
async function* responseLines(body: ReadableStream, port: number): AsyncGenerator<readonly string[]> {
  let rest = ''
  try {
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      yield lines
    }
  } catch (error) {
    throw new Fault('FLY_BROKER', `the wheel on port ${port} broke off before the end of the topic`, {}, error)
  }
}

const unknownTopic = (topic: string, known: readonly string[]): Fault =>
  new Fault('FLY_USAGE', `there is no topic ${topic}; known are ${known.toSorted().join(', ')}`)
