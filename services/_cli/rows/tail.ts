import type { ReadableRecord } from '#runtime/codec/readable-record.ts'
import type { Settings } from '#runtime/config/config.ts'
import { writeStdout } from '../output.ts'
import { withRecordReader } from '../read-records.ts'
import { type RecordFilter, withSqlFilter } from './filter.ts'

type TailOptions = {
  readonly fromBeginning: boolean
  readonly exit: boolean
  readonly where?: string
  readonly json: boolean
}

/**
 * Prints the events of a topic as JSON lines, with a condition only those for which it is true; with `--json` whole records.
 * Any topic of the log, derived topics included.
 */
export async function tail(name: string, options: TailOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  const { fromBeginning, exit, where, json } = options
  const lines = (records: readonly ReadableRecord[]): string =>
    records.map(record => `${JSON.stringify(json ? record : record.event)}\n`).join('')
  await withRecordReader(settings, signal, async records => {
    const read = (filter: RecordFilter): Promise<void> =>
      records.read(name, { from: fromBeginning ? 'beginning' : 'end', follow: !exit }, async batch =>
        writeStdout(lines(await filter(batch))),
      )
    await records.requireTopic(name)
    await (where === undefined ? read(async records => records) : withSqlFilter(name, where, read, signal))
  })
}
