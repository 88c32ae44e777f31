import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Settings } from '#runtime/config.ts'
import { Fault } from '#runtime/faults.ts'
import { openReader } from '#runtime/open.ts'
import { type Readably, readably } from '#runtime/records.ts'
import { wanted } from '#topology/derive/wanted.ts'

export type Reading = { readonly from: 'beginning' | 'end'; readonly follow: boolean }

/** The records of a log, in the hands of whoever can open it. */
export type Records = {
  /** Topics that exist; through a wheel only those that the map gives. */
  readonly topics: () => Promise<readonly string[]>
  /** FLY_USAGE when there is no such topic. */
  readonly read: (topic: string, how: Reading, onRecord: (record: Readably) => void | Promise<void>) => Promise<void>
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
  const read: Records['read'] = async (topic, how, onRecord) => {
    const known = await topics()
    if (!known.includes(topic)) throw unknown(topic, `; known are ${known.toSorted().join(', ')}`)
    const each = async (records: readonly Parameters<typeof readably>[1][]): Promise<void> => {
      for (const record of records) await onRecord(await readably(codec, record))
    }
    await log.read([topic], how, each, signal)
  }
  try {
    await use({ topics, read })
  } finally {
    await reader.close()
  }
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
  return {
    async topics() {
      const names = wanted().map(({ name }) => name)
      const answers = await Promise.all(names.map(name => ask(name, { from: 'end', follow: false })))
      await Promise.all(answers.map(answer => answer?.body?.cancel()))
      return names.filter((_name, index) => answers[index])
    },
    async read(topic, how, onRecord) {
      const answer = await ask(topic, how)
      if (!answer?.body) throw unknown(topic)
      const lines = createInterface({ input: Readable.fromWeb(answer.body as never) })
      for await (const line of lines) await onRecord(JSON.parse(line))
    },
  }
}

const unknown = (topic: string, known = ''): Fault => new Fault('FLY_USAGE', `there is no topic ${topic}${known}`)
