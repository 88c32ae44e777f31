import type { Settings } from '#runtime/config/config.ts'
import type { Readably } from '#runtime/host/records.ts'
import { print } from './print.ts'
import { withRecords } from './read-records.ts'
import { type Filter, withFilter } from './tail-where.ts'

type Options = {
  readonly fromBeginning: boolean
  readonly exit: boolean
  readonly where?: string
  readonly json: boolean
}

/**
 * Prints the events of a topic as JSON lines, those for which the condition is true; with `--json` the place of each record
 * too. Any topic of the log, derived ones included.
 */
export async function tail(name: string, options: Options, settings: Settings, signal: AbortSignal): Promise<void> {
  const { fromBeginning, exit, where, json } = options
  const lines = (records: readonly Readably[]): string =>
    records.map(record => `${JSON.stringify(json ? record : record.event)}\n`).join('')
  await withRecords(settings, signal, async records => {
    const read = (filter: Filter): Promise<void> =>
      records.read(name, { from: fromBeginning ? 'beginning' : 'end', follow: !exit }, async some =>
        print(lines(await filter(some))),
      )
    await records.need(name)
    await (where === undefined ? read(async some => some) : withFilter(name, where, read, signal))
  })
}
