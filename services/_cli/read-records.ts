import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openReader } from '#runtime/host/open.ts'
import { beginningAt, type Readably, readably, type Since } from '#runtime/host/records.ts'
import { wanted } from '#topology/derive/wanted.ts'

export type Reading = { readonly from: Since; readonly follow: boolean }

/** The records of a log, in the hands of whoever can open it. */
export type Records = {
  /** Topics that exist; through a wheel only those that the map gives. */
  readonly topics: () => Promise<readonly string[]>
  /** FLY_USAGE naming the topics there are when this is none of them. */
  readonly need: (topic: string) => Promise<void>
  /** Hands over what there is in batches, each once the one before was dealt with. FLY_USAGE as above. */
  readonly read: (
    topic: string,
    how: Reading,
    onRecords: (records: readonly Readably[]) => void | Promise<void>,
  ) => Promise<void>
}

/** Uses the log that the settings name; an embedded one that a running wheel holds, through that wheel. */
export async function withRecords(
  settings: Settings,
  signal: AbortSignal,
  use: (records: Records) => Promise<void>,
): Promise<void> {
  let reader: Awaited<ReturnType<typeof openReader>>
  try {
    reader = await openReader(settings)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'FLY_HOME') throw error
    return use(throughWheel(settings, error, signal))
  }
  const { log, codec } = reader
  const topics = async (): Promise<readonly string[]> => (await log.topics()).map(({ name }) => name)
  const need = async (topic: string): Promise<void> => {
    const known = await topics()
    if (!known.includes(topic)) throw unknown(topic, known)
  }
  const read: Records['read'] = async (topic, { from, follow }, onRecords) => {
    await need(topic)
    const begin = await beginningAt(log, topic, from)
    await log.read(
      [topic],
      { from: begin, follow },
      async records => onRecords(await Promise.all(records.map(record => readably(codec, record)))),
      signal,
    )
  }
  try {
    await use({ topics, need, read })
  } finally {
    await reader.close()
  }
}

/** A read that was stopped ends like one that is through: what needs all of it fails here, and so does its process. */
export function needAll(signal: AbortSignal): void {
  if (signal.aborted) process.exitCode = 1
  signal.throwIfAborted()
}

function throughWheel({ port, apiKey }: Settings, held: Fault, signal: AbortSignal): Records {
  const ask = async (topic: string, { from, follow }: Reading): Promise<Response | undefined> => {
    const url = `http://127.0.0.1:${port}/v1/records/${encodeURIComponent(topic)}?from=${from}&follow=${follow}`
    const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {}
    const answer = await fetch(url, { headers, signal }).catch(error => {
      throw new Fault('FLY_HOME', `${held.message}; and no wheel answers on port ${port}: give --port`, {}, error)
    })
    if (answer.status === 404) return undefined
    if (!answer.ok) throw new Fault('FLY_USAGE', `${url} answered ${answer.status}`)
    return answer
  }
  const topics = async (): Promise<readonly string[]> => {
    const names = wanted().map(({ name }) => name)
    const answers = await Promise.all(names.map(name => ask(name, { from: 'end', follow: false })))
    await Promise.all(answers.map(answer => answer?.body?.cancel()))
    return names.filter((_name, index) => answers[index])
  }
  return {
    topics,
    async need(topic) {
      const answer = await ask(topic, { from: 'end', follow: false })
      await answer?.body?.cancel()
      if (!answer) throw unknown(topic, await topics())
    },
    async read(topic, how, onRecords) {
      const answer = await ask(topic, how)
      if (!answer?.body) throw unknown(topic, await topics())
      for await (const lines of linesOf(answer.body, port)) await onRecords(lines.map(line => JSON.parse(line)))
    },
  }
}

/** The lines of an answer as they come in. FLY_BROKER when it is broken off. */
async function* linesOf(body: ReadableStream, port: number): AsyncGenerator<readonly string[]> {
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

const unknown = (topic: string, known: readonly string[]): Fault =>
  new Fault('FLY_USAGE', `there is no topic ${topic}; known are ${known.toSorted().join(', ')}`)
