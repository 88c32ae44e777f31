import { once } from 'node:events'
import type { Settings } from '#runtime/config.ts'
import { withRecords } from './read-records.ts'

type Options = { readonly fromBeginning: boolean; readonly exit: boolean; readonly json: boolean }

/**
 * Prints the events of a topic as JSON lines; with `--json` the place of each record too. Any topic of the log, derived ones
 * included.
 */
export async function tail(name: string, options: Options, settings: Settings, signal: AbortSignal): Promise<void> {
  const from = options.fromBeginning ? 'beginning' : 'end'
  await withRecords(settings, signal, records =>
    records.read(name, { from, follow: !options.exit }, async record => {
      const line = `${JSON.stringify(options.json ? record : record.event)}\n`
      if (!process.stdout.write(line)) await once(process.stdout, 'drain')
    }),
  )
}
