import { once } from 'node:events'
import type { Settings } from '#runtime/config.ts'
import { Fault, verdict } from '#runtime/faults.ts'
import type { LogRecord } from '#runtime/log.ts'
import { openReader } from '#runtime/open.ts'

type Options = { readonly fromBeginning: boolean; readonly exit: boolean; readonly json: boolean }

/** Prints the events of a topic as JSON lines; with `--json` the place of each record too. Any topic of the log, derived ones included. */
export async function tail(name: string, options: Options, settings: Settings, signal: AbortSignal): Promise<void> {
  const reader = await openReader(settings)
  try {
    const known = (await reader.log.topics()).map(topic => topic.name)
    if (!known.includes(name))
      throw new Fault('FLY_USAGE', `there is no topic ${name}; known are ${known.sort().join(', ')}`)
    const from = options.fromBeginning ? 'beginning' : 'end'
    await reader.log.read(
      [name],
      { from, follow: !options.exit },
      async records => {
        for (const record of records) await print(await show(record))
      },
      signal,
    )
  } finally {
    await reader.close()
  }

  async function show(record: LogRecord): Promise<object> {
    const { topic, partition, offset, timestamp } = record
    const event = await content(record)
    return options.json ? { topic, partition, offset, timestamp, headers: record.headers, event } : event
  }

  async function content({ value }: LogRecord): Promise<object> {
    if (value === null) return { deleted: true }
    try {
      return await reader.codec.decodeAny(value)
    } catch (error) {
      if (verdict(error) !== 'dead-letter') throw error
      return { bytes: value.toString('base64') }
    }
  }
}

async function print(line: object): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
}
