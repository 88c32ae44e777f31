import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Settings } from '#runtime/config.ts'
import { Fault } from '#runtime/faults.ts'
import { openReader } from '#runtime/open.ts'
import { type Readably, readably } from '#runtime/records.ts'

type Options = { readonly fromBeginning: boolean; readonly exit: boolean; readonly json: boolean }

/**
 * Prints the events of a topic as JSON lines; with `--json` the place of each record too. Any topic of the log, derived ones
 * included. An embedded log that a running wheel holds is read through that wheel.
 */
export async function tail(name: string, options: Options, settings: Settings, signal: AbortSignal): Promise<void> {
  const print = async (record: Readably): Promise<void> => {
    const line = `${JSON.stringify(options.json ? record : record.event)}\n`
    if (!process.stdout.write(line)) await once(process.stdout, 'drain')
  }
  let reader: Awaited<ReturnType<typeof openReader>>
  try {
    reader = await openReader(settings)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'FLY_HOME') throw error
    return throughWheel(name, options, settings, error, print, signal)
  }
  try {
    const known = (await reader.log.topics()).map(topic => topic.name)
    if (!known.includes(name)) throw unknown(name, known)
    const from = options.fromBeginning ? 'beginning' : 'end'
    const show = async (records: Parameters<typeof readably>[1][]): Promise<void> => {
      for (const record of records) await print(await readably(reader.codec, record))
    }
    await reader.log.read([name], { from, follow: !options.exit }, records => show([...records]), signal)
  } finally {
    await reader.close()
  }
}

const unknown = (name: string, known: readonly string[]): Fault =>
  new Fault('FLY_USAGE', `there is no topic ${name}; known are ${known.toSorted().join(', ')}`)

async function throughWheel(
  name: string,
  { fromBeginning, exit }: Options,
  { port, apiKey }: Settings,
  held: Fault,
  print: (record: Readably) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const query = `from=${fromBeginning ? 'beginning' : 'end'}&follow=${!exit}`
  const url = `http://127.0.0.1:${port}/v1/records/${encodeURIComponent(name)}?${query}`
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {}
  const answer = await fetch(url, { headers, signal }).catch(error => {
    throw new Fault('FLY_HOME', `${held.message}; and no wheel answers on port ${port}: give --port`, {}, error)
  })
  if (answer.status === 404) throw new Fault('FLY_USAGE', `there is no topic ${name}`)
  if (!answer.ok || answer.body === null) throw new Fault('FLY_USAGE', `${url} answered ${answer.status}`)
  for await (const line of createInterface({ input: Readable.fromWeb(answer.body as never) }))
    await print(JSON.parse(line))
}
